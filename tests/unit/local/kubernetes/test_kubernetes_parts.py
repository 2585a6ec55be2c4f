"""What every part of the cluster is told."""

import json
import tomllib
from pathlib import Path

import pytest

from local.kubernetes.configure import SYSTEM, files, programs, write_all
from local.kubernetes.health import PARTS, Health, node_state
from local.kubernetes.places import certificate_of, cgroup, home, kubeconfig_of
from local.kubernetes.plan import Plan
from local.kubernetes.system import objects
from local.toolchain.kubernetes import CLUSTER

TOOLS = {name: Path("/bin", name) for name in (*SYSTEM, *CLUSTER)}


def test_the_parts_are_those_whose_health_is_looked_at(plan: Plan) -> None:
    assert tuple(program.name for program in programs(plan, TOOLS)) == PARTS


def test_nothing_secret_is_in_a_command_line(plan: Plan) -> None:
    words = [word for program in programs(plan, TOOLS) for word in program.command]
    assert not any(plan.token in word for word in words)
    assert "t0ken,admin" in files(plan)["tokens.csv"]


def test_what_serves_a_part_of_the_api_believes_the_api_alone(plan: Plan) -> None:
    words = next(program.command for program in programs(plan, TOOLS) if program.name == "kube-apiserver")
    told = dict(word.removeprefix("--").split("=", 1) for word in words[1:] if "=" in word)
    assert told["requestheader-client-ca-file"] != told["client-ca-file"]
    assert told["requestheader-allowed-names"] == "front-proxy-client"
    assert told["proxy-client-cert-file"] == str(certificate_of("front-proxy-client"))


def test_containers_are_kept_below_the_state_directory(plan: Plan) -> None:
    config = tomllib.loads(files(plan)["containerd.toml"])
    assert config["root"] == str(home() / "containerd")
    assert config["grpc"]["address"] == "/s/containerd.sock"
    cri = config["plugins"]["io.containerd.grpc.v1.cri"]
    assert cri["restrict_oom_score_adj"] is True
    assert cri["cni"]["conf_dir"] == str(home() / "network")


def test_pods_are_in_a_control_group_of_this_checkout(plan: Plan) -> None:
    kubelet = json.loads(files(plan)["kubelet.json"])
    assert kubelet["cgroupRoot"] == f"/{cgroup()}"
    assert kubelet["containerRuntimeEndpoint"] == "unix:///s/containerd.sock"


def test_each_pod_has_a_link_of_its_own_so_that_the_firewall_sees_all(plan: Plan) -> None:
    network = json.loads(files(plan)["network/10-pods.conflist"])
    assert [plugin["type"] for plugin in network["plugins"]] == ["ptp", "portmap"]


def test_all_is_written_for_this_user_alone(plan: Plan) -> None:
    write_all(plan)
    written = [path for path in home().rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}
    assert json.loads(kubeconfig_of("kubelet").read_text())["current-context"] == "local"


def test_names_are_looked_up_by_what_every_policy_lets_pods_ask() -> None:
    made = {thing["kind"]: thing for _, thing in objects("foxden/coredns:1")}
    deployment, service = made["Deployment"], made["Service"]
    assert service["spec"]["selector"] == {"k8s-app": "kube-dns"}
    assert service["spec"]["clusterIP"] == "10.96.0.10"
    pod = deployment["spec"]["template"]
    assert pod["metadata"]["labels"]["k8s-app"] == "kube-dns"
    assert pod["spec"]["containers"][0]["image"] == "foxden/coredns:1"
    ports = pod["spec"]["containers"][0]["ports"]
    assert {port["containerPort"] for port in ports if port["name"].startswith("dns")} == {53}


def test_every_object_is_sent_to_the_path_of_its_kind() -> None:
    for path, thing in objects("image"):
        version = thing["apiVersion"]
        assert path.startswith(f"/api/{version}/" if "/" not in version else f"/apis/{version}/")
        assert path.rpartition("/")[2] == f"{thing['kind'].lower()}s"


def health(**changed: object) -> Health:
    facts = {"supervisor": 1, "processes": dict.fromkeys(PARTS, "RUNNING"), "api": True, "node": "ready", "names": True}
    return Health(**{**facts, **changed})  # type: ignore[arg-type]


def test_a_cluster_is_well_when_nothing_is_wrong() -> None:
    assert health().ok
    assert health().rows()[2] == ("local", "kube-apiserver", "ready", "RUNNING")


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"supervisor": None}, "the cluster's supervisor is not running"),
        ({"api": False}, "the API is not ready"),
        ({"node": "it has not registered"}, "the node is not ready: it has not registered"),
        ({"names": False}, "no names are looked up: CoreDNS is not available"),
        ({"processes": {"etcd": "FATAL"}}, "etcd: its process is fatal"),
    ],
)
def test_what_is_wrong_is_said(changed: dict[str, object], problem: str) -> None:
    assert health(**changed).problems() == [problem]
    assert not health(**changed).ok


@pytest.mark.parametrize(
    ("node", "state"),
    [
        (None, "it has not registered"),
        ({"status": {}}, "it has said nothing yet"),
        ({"status": {"conditions": [{"type": "Ready", "status": "True"}]}}, "ready"),
        (
            {"status": {"conditions": [{"type": "Ready", "status": "False", "message": "no network"}]}},
            "no network",
        ),
    ],
)
def test_a_node_says_whether_it_is_ready(node: dict[str, object] | None, state: str) -> None:
    assert node_state(node) == state
