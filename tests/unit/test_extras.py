"""What is said where the extra of a scheduler or cloud was not chosen."""

import tomllib
from typing import Any

import pytest

import foxden
from foxden import extras
from foxden.errors import InvalidInput
from local.paths import REPO
from tests.graph.graphs import NETWORK
from tests.mocks import Failed, run

lib: Any = foxden
CONNECTIONS: dict[str, dict[str, Any]] = {
    "kubernetes": {"scheduler": "kubernetes", "address": "https://10.0.0.1:6443", "token": "t"},
    "nomad": {
        "scheduler": "nomad",
        "address": "https://10.0.0.1:4646",
        "discovery_address": "https://10.0.0.1:8501",
        "token": "t",
    },
}


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Has some modules not be there."""

    def take(*modules: str) -> None:
        monkeypatch.setattr(extras, "_installed", lambda module: module not in modules)

    return take


@pytest.mark.parametrize("extra", CONNECTIONS)
def test_the_extra_of_the_scheduler_is_named_before_anything_is_made(without: Any, extra: str) -> None:
    connection = {"environment": "qa", "domain": "qa.example.com", **CONNECTIONS[extra]}
    without(f"pulumi_{extra}")
    with pytest.raises(Failed) as caught:
        run(lambda: lib.Environment("qa", {"cluster": connection}))
    assert str(caught.value) == f"foxden: pulumi_{extra} is not installed: run pip install 'foxden[{extra}]'"
    assert not [each for each in caught.value.recorded.resources if each.custom]


def test_a_cloud_and_what_builds_images_name_theirs(without: Any) -> None:
    without("pulumi_aws", "pulumi_docker")
    with pytest.raises(Failed) as caught:
        run(lambda: lib.Network("dev", NETWORK))
    assert str(caught.value) == "foxden: pulumi_aws is not installed: run pip install 'foxden[aws]'"
    with pytest.raises(InvalidInput, match=r"run pip install 'foxden\[docker\]'"):
        extras.load("foxden.clouds.images")


def test_two_are_told_together_and_what_is_there_is_not(without: Any) -> None:
    without("pulumi_nomad", "pulumi_consul")
    with pytest.raises(InvalidInput, match=r"pulumi_nomad and pulumi_consul are not installed"):
        extras.need("nomad")
    extras.need("kubernetes")
    assert extras.load("foxden.naming").__name__ == "foxden.naming"


def test_the_table_is_that_of_the_distribution() -> None:
    project = tomllib.loads((REPO / "components" / "pyproject.toml").read_text())["project"]
    assert set(extras.EXTRAS) | {"all"} == set(project["optional-dependencies"])
    for extra, modules in extras.EXTRAS.items():
        wanted = " ".join(project["optional-dependencies"][extra]).replace("foxden[consul]", "pulumi-consul")
        assert all(module.replace("_", "-") in wanted for module in modules)
