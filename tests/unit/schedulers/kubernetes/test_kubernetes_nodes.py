"""What nodes of a Kubernetes cluster start with, and what they ask of their cloud."""

import base64
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml

from foxden.boot.cloudinit import cloud_config
from foxden.boot.files import shipped_below
from foxden.boot.files.node import kept
from foxden.boot.files.node.kubernetes import places, secrets
from foxden.boot.node import Endpoint, Node, Role, Secrets
from foxden.boot.userdata import LONGEST
from foxden.errors import InvalidInput
from foxden.schedulers.base import scheduler
from foxden.schedulers.kubernetes import nodes
from foxden.schedulers.kubernetes.options import read_options
from foxden.schedulers.kubernetes.placement import DEDICATED, placed
from foxden.service.spec import Placement
from tests.unit.boot.samples import BUCKET, SERVER, WORKER

GIVEN = {"kube-router": {"checksum": "ab" * 32}}
"""Its publisher's checksum is not known."""
SOFTWARE = nodes.software(programs=GIVEN)
ROLES = {Role.SERVER: SERVER, Role.WORKER: WORKER}


def config(node: Node) -> Any:
    return yaml.safe_load(cloud_config(nodes.parts(node, SOFTWARE, BUCKET)))


def files(node: Node) -> dict[str, str]:
    return {file["path"]: file["content"] for file in config(node)["write_files"]}


def inside(role: Role) -> list[str]:
    with zipfile.ZipFile(BytesIO(nodes.program(role).content)) as archive:
        return archive.namelist()


def test_the_scheduler_knows_its_nodes() -> None:
    assert scheduler("kubernetes").nodes is nodes  # type: ignore[attr-defined]


def test_the_api_is_balanced_and_its_health_needs_no_credential() -> None:
    assert Endpoint(6443, "/readyz") == nodes.ENDPOINT
    assert nodes.ENDPOINT.path in files(SERVER)["/etc/foxden/kubernetes/authentication.yaml"]


def test_who_talks_to_whom_is_this_and_nothing_else() -> None:
    flows = {(flow.source, flow.target, flow.protocol, flow.ports) for flow in nodes.flows()}
    assert flows == {
        ("server", "server", "tcp", (2379, 2380)),
        ("server", "server", "tcp", (6443, 6443)),
        ("worker", "server", "tcp", (6443, 6443)),
        ("server", "worker", "tcp", (10250, 10250)),
        ("server", "worker", "tcp", (4443, 4443)),
        ("server", "worker", "tcp", (10260, 10260)),
        ("worker", "worker", "tcp", (10250, 10250)),
        ("worker", "worker", "tcp", (9100, 9100)),
        ("worker", "worker", "udp", (8472, 8472)),
    }


def test_a_worker_reads_what_is_its_own_and_writes_nothing() -> None:
    assert nodes.secrets(Role.WORKER, "batch") == Secrets(read=("shared/*", "pools/batch/*"))
    assert nodes.secrets(Role.SERVER, "servers") == Secrets(read=("*",), write=("*",))


def test_what_a_connection_refers_to_is_what_masters_keep() -> None:
    assert dict(nodes.KEPT) == {"ca": kept.PUBLIC_AUTHORITY, "token": secrets.OPERATORS}
    assert read_options(nodes.connection_options("dev"))[1] == []


@pytest.mark.parametrize("role", list(Role))
def test_user_data_fits_with_room_for_what_a_project_adds(role: Role) -> None:
    assert len(base64.b64decode(nodes.boot(ROLES[role], SOFTWARE, BUCKET))) <= LONGEST - 1000


@pytest.mark.parametrize("role", list(Role))
def test_a_role_has_all_that_its_modules_import(role: Role, tmp_path: Path) -> None:
    file = tmp_path / "program"
    file.write_bytes(nodes.program(role).content)
    names = [name.removesuffix(".py").replace("/", ".") for name in inside(role) if name.startswith("foxden_node/")]
    text = f"import sys; sys.path.insert(0, {str(file)!r})\n"
    text += "".join(f"import {name}\n" for name in names if not name.endswith("__"))
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=30)
    assert done.stderr == ""
    assert "foxden_node/kubernetes/__main__.py" in inside(role)


def test_every_module_is_on_one_node_or_another() -> None:
    there = {name for role in Role for name in inside(role) if name.startswith("foxden_node/kubernetes/")}
    assert there == {f"foxden_{name}" for name in shipped_below("node/kubernetes", ".py")}


def test_each_role_has_its_programs_and_units() -> None:
    lists = {role: files(node)["/etc/foxden/binaries"] for role, node in ROLES.items()}
    found = {role: [line.split()[0] for line in text.splitlines()] for role, text in lists.items()}
    parts = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"]
    assert found[Role.SERVER] == [*parts, "kubectl", "etcd", "etcdutl"]
    assert found[Role.WORKER] == ["kubelet", "kube-proxy", "kube-router", "ecr-credential-provider"]
    started = {role: config(node)["runcmd"][-1][3:] for role, node in ROLES.items()}
    assert [name.removesuffix(".service") for name in started[Role.SERVER]] == [
        *("foxden-configure", "etcd", *parts, "foxden-node"),
    ]
    assert [name.removesuffix(".service") for name in started[Role.WORKER]] == [
        *("foxden-configure", "foxden-network", "kubelet", "kube-proxy", "kube-router", "foxden-node"),
    ]


@pytest.mark.parametrize("role", list(Role))
def test_units_are_whole_and_start_again_without_end(role: Role) -> None:
    for path, text in files(ROLES[role]).items():
        if path.startswith("/etc/systemd/system/"):
            assert "@" not in text.replace("@system-service", ""), path
            assert "Restart=always" in text or path.endswith("foxden-configure.service")


def test_a_node_is_told_its_version_its_labels_and_its_taints() -> None:
    told = {role: json.loads(files(node)["/etc/foxden/node.json"]) for role, node in ROLES.items()}
    assert told[Role.SERVER]["version"] == told[Role.WORKER]["version"] == nodes.version(SOFTWARE, Role.SERVER)
    labels = {"foxden/pool": "general", "foxden/node-class": "large", "foxden/meta.team": "meetings"}
    assert told[Role.WORKER]["labels"] == labels
    assert told[Role.WORKER]["taints"] == [f"{DEDICATED}=general:NoSchedule"]


def test_what_scales_a_pool_is_told_what_its_nodes_will_be_like() -> None:
    tags = nodes.group_tags(WORKER)
    assert tags["k8s.io/cluster-autoscaler/dev"] == "owned"
    assert tags["k8s.io/cluster-autoscaler/node-template/label/foxden/pool"] == "general"
    assert tags["k8s.io/cluster-autoscaler/node-template/taint/foxden/dedicated"] == "general:NoSchedule"
    assert nodes.group_tags(SERVER) == {}


@pytest.mark.parametrize("dedicated", [True, False])
def test_what_scales_a_pool_without_a_machine_sees_one_as_it_will_be_and_a_pod_of_the_pool_fits_it(
    dedicated: bool,
) -> None:
    node = replace(WORKER, pool="batch", node_class="", dedicated=dedicated, meta={"disk": "nvme"})
    told = json.loads(files(node)["/etc/foxden/node.json"])
    template = {
        key.split("/node-template/")[1]: value for key, value in nodes.group_tags(node).items() if "node-t" in key
    }
    labels = {key.removeprefix("label/"): value for key, value in template.items() if key.startswith("label/")}
    taints = [f"{key.removeprefix('taint/')}={value}" for key, value in template.items() if key.startswith("taint/")]
    assert labels == told["labels"] and taints == told["taints"]
    pod = placed(Placement(pool="batch", meta={"disk": "nvme"}))
    assert pod["nodeSelector"].items() <= labels.items()
    tolerated = [f"{each['key']}={each['value']}:{each['effect']}" for each in pod["tolerations"]]
    assert set(taints) <= set(tolerated)


def test_a_program_whose_checksum_nobody_knows_must_come_with_it() -> None:
    with pytest.raises(InvalidInput) as caught:
        nodes.software(processor="arm64", programs={"kubelet": {}})
    said = str(caught.value)
    assert "software.kubelet is not a known field" in said
    told = "software.kube-router.checksum must be a SHA-256 or SHA-512 of kube-router 2.1.0 in hex, and none is known"
    where = "https://github.com/cloudnativelabs/kube-router/releases/download/v2.1.0/kube-router_2.1.0_checksums.txt"
    assert f"{told} for this version: its publisher's is at {where}" in said
    assert len(caught.value.problems) == 2


def test_the_addresses_of_pods_and_services_are_no_others() -> None:
    blocks = (places.SERVICE_ADDRESSES, places.POD_ADDRESSES)
    assert all(block.startswith("100.") for block in blocks)
