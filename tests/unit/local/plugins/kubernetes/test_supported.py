"""The oldest Kubernetes: one number, which the pages and the server that tests ask agree with."""

import pytest

from local.paths import REPO
from local.plugins.kubernetes.supported import OLDEST, too_old
from local.toolchain.kubernetes import KUBERNETES
from local.toolchain.minors import API_SERVERS


@pytest.mark.parametrize(
    "version", ["v1.31.0", "1.31", "v1.31.2-eks-7f9249a", "v1.34.4+k3s1", "v1.40.0", "v2.0.0", "", "next"]
)
def test_these_will_do(version: str) -> None:
    assert too_old(version) is None


@pytest.mark.parametrize("version", ["v1.30.14", "v1.30.14-gke.1150000", "v1.9.3", "v0.31.0"])
def test_these_are_too_old(version: str) -> None:
    assert too_old(version) == f"is Kubernetes {version[1:]}, and 1.31 or later is needed (docs/kubernetes.md)"


def test_the_pages_and_the_tests_mean_the_same() -> None:
    versions = sorted([KUBERNETES, *API_SERVERS])
    oldest, newest = (version.rpartition(".")[0] for version in (versions[0], versions[-1]))
    assert oldest == f"{OLDEST[0]}.{OLDEST[1]}"
    page = (REPO / "docs" / "kubernetes.md").read_text()
    assert f"Kubernetes {oldest} to {newest} takes" in page
    assert f"Kubernetes {', '.join(versions[:-1])} and {versions[-1]} with" in page
