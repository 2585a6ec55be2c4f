"""The oldest Kubernetes: what is refused, whatever a cloud adds to its version."""

import pytest

from local.plugins.kubernetes.supported import too_old


@pytest.mark.parametrize(
    "version", ["v1.31.0", "1.31", "v1.31.2-eks-7f9249a", "v1.34.4+k3s1", "v1.40.0", "v2.0.0", "", "next"]
)
def test_these_will_do(version: str) -> None:
    assert too_old(version) is None


@pytest.mark.parametrize("version", ["v1.30.14", "v1.30.14-gke.1150000", "v1.9.3", "v0.31.0"])
def test_these_are_too_old(version: str) -> None:
    assert too_old(version) == f"is Kubernetes {version[1:]}, and 1.31 or later is needed (docs/kubernetes.md)"
