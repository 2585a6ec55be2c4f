"""The programs of a local Kubernetes: pinned, named as on their servers, and got only when they are asked for."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from foxden.schedulers.kubernetes.addons.images import IMAGES
from foxden.schedulers.kubernetes.node_software import software
from local import shell
from local.errors import LocalError
from local.paths import cluster_file
from local.toolchain.addons import ADDONS, EXTERNAL_DNS
from local.toolchain.catalog import Tool
from local.toolchain.fetch import Fetcher
from local.toolchain.gobuild import go_mod
from local.toolchain.hosts import HOSTS
from local.toolchain.kubernetes import CLUSTER, KUBERNETES
from local.toolchain.minors import API_SERVERS
from local.toolchain.platform import Platform
from local.toolchain.progress import Progress
from local.toolchain.release import download
from local.toolchain.sets import DEFAULT, SETS, in_use
from local.toolchain.versions import compatible

LINUX = Platform("linux", "amd64")


@pytest.mark.parametrize(
    ("name", "archive", "checksums"),
    [
        ("kubelet", "/release/v1.34.4/bin/linux/amd64/kubelet", "/amd64/kubelet.sha256"),
        ("coredns", "/v1.14.7/coredns_1.14.7_linux_amd64.tgz", "/coredns_1.14.7_linux_amd64.tgz.sha256"),
        ("traefik", "/v3.6.12/traefik_v3.6.12_linux_amd64.tar.gz", "/v3.6.12/traefik_v3.6.12_checksums.txt"),
    ],
)
def test_releases_are_named_as_on_their_servers(name: str, archive: str, checksums: str) -> None:
    tool = CLUSTER[name]
    assert isinstance(tool, Tool)
    assert tool.release.archive_url(tool.version, LINUX).endswith(archive)
    assert tool.release.checksums_url(tool.version, LINUX).endswith(checksums)


@pytest.mark.parametrize(
    "tool", [*{**CLUSTER, **HOSTS}.values(), *API_SERVERS.values()], ids=lambda tool: f"{tool.name}-{tool.version}"
)
def test_modules_are_of_the_version_and_pinned_by_their_sum(tool) -> None:
    assert set(tool.module.requires.values()) == {f"v{tool.version}"}
    assert [line.split()[:2] for line in tool.module.sums] == [[*tool.module.requires, f"v{tool.version}"]]


@pytest.mark.parametrize("tool", ADDONS, ids=lambda tool: tool.name)
def test_cluster_services_are_run_in_the_versions_that_the_library_pins(tool) -> None:
    of_image = IMAGES[tool.name].partition(":v")[2].partition("@")[0]
    assert tool.version == of_image or (tool.same_minor and compatible(tool.version, of_image, same_minor=True))
    assert [line.split()[:2] for line in tool.module.sums] == [list(*tool.module.requires.items())]


@pytest.mark.parametrize("name", ["etcd", "etcdutl"])
def test_machines_keep_objects_in_the_etcd_that_the_lab_boots_them_with(name: str) -> None:
    found = software(programs={"kube-router": {"checksum": "ab" * 32}})
    assert [each.version for each in found.binaries if each.name == name] == [HOSTS[name].version]


def test_kubernetes_modules_are_all_of_one_release() -> None:
    text = go_mod(CLUSTER["kubelet"])
    assert "\nrequire k8s.io/kubernetes v1.34.4\n" in text
    assert text.count(" v0.34.4\n") == text.count("\nreplace ") == 31
    assert CLUSTER["kubelet"].module.variables["k8s.io/component-base/version.gitVersion"] == f"v{KUBERNETES}"


def test_what_a_module_excludes_is_excluded_here() -> None:
    text = go_mod(CLUSTER["traefik"])
    assert "\nexclude github.com/tencentcloud/tencentcloud-sdk-go v3.0.83+incompatible\n" in text
    assert go_mod(EXTERNAL_DNS).endswith("\nexclude k8s.io/kubectl v0.18.0\n\nexclude k8s.io/kubectl v0.18.4\n")


@pytest.mark.parametrize(("version", "good"), [("1.34.9", True), ("1.34.3", False), ("1.35.0", False)])
def test_parts_of_kubernetes_are_of_one_minor_version(version: str, good: bool) -> None:
    assert compatible(version, "1.34.4", same_minor=CLUSTER["kubelet"].same_minor) is good


def test_a_release_may_be_the_program_itself_with_its_checksum_alone(
    shop, fetcher: Fetcher, progress: Progress, tmp_path: Path
) -> None:
    stage = tmp_path / "stage"
    stage.mkdir()
    usual = shop.tool()
    url = f"{shop.server.url}/bin/widget"
    tool = Tool("widget", "1.2.3", usual.module, type(usual.release)(url, f"{url}.sha256"))
    shop.server.files |= {
        "/bin/widget": b"program",
        "/bin/widget.sha256": hashlib.sha256(b"program").hexdigest().encode(),
    }
    download(tool, tmp_path, stage, fetcher, progress)
    assert (stage / "widget").read_bytes() == b"program"
    assert os.access(stage / "widget", os.X_OK)


def test_the_cluster_says_which_tools_are_used() -> None:
    assert in_use() == DEFAULT == "nomad"
    cluster_file().parent.mkdir(parents=True)
    cluster_file().write_text(json.dumps({"scheduler": "kubernetes"}))
    assert in_use() == "kubernetes"
    cluster_file().write_text("{")
    assert in_use() == DEFAULT


def test_kubernetes_takes_nothing_of_nomad_and_the_other_way_round() -> None:
    assert set(SETS["kubernetes"].tools) & set(SETS["nomad"].tools) == {"pulumi"}
    assert [plugin.name for plugin in SETS["kubernetes"].plugins] == ["python", "consul", "kubernetes"]
    with pytest.raises(LocalError, match=r"missing: pulumi 3\.250\.0 \("):
        shell.exports(os.environ, "kubernetes")
    with pytest.raises(LocalError, match="nomad"):
        shell.exports(os.environ)
