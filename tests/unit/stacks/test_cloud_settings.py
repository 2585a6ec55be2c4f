"""What an environment on a cloud chooses."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest

from foxden import InvalidInput
from local import stackfiles
from stacks import settings as module
from stacks.cloud_settings import CLOUD_KEYS, CLOUD_OBJECTS, TYPED, CloudSettings
from stacks.settings import KEYS, OBJECTS, parse_settings, read_settings

LEAST: dict[str, Any] = {
    "cloud": "aws",
    "domain": "dev.foxden.example",
    "region": "eu-central-1",
    "cidr": "10.20.0.0/16",
    "servers": 3,
    "image": "ami-0123456789abcdef0",
    "pools": {"general": {}},
}


def cloud(base: str = "dev", **given: Any) -> CloudSettings:
    """What is read of an environment `dev`, or of one that inherits."""
    found = parse_settings("dev", base, {**LEAST, **given}).cloud
    assert found is not None
    return found


def told(given: Any) -> list[str]:
    """What is said of bad choices."""
    with pytest.raises(InvalidInput) as caught:
        parse_settings("dev", "dev", given)
    return str(caught.value).splitlines()


def test_the_least() -> None:
    assert cloud() == CloudSettings(
        cloud="aws",
        region="eu-central-1",
        zones=("eu-central-1a", "eu-central-1b", "eu-central-1c"),
        cidr="10.20.0.0/16",
        servers=3,
        image="ami-0123456789abcdef0",
        pools={"general": {}},
    )


def test_zones_by_letter_and_by_name_in_a_list_or_in_a_text() -> None:
    assert cloud(zones=["b", "eu-central-1c"]).zones == ("eu-central-1b", "eu-central-1c")
    assert cloud(zones="a, b").zones == ("eu-central-1a", "eu-central-1b")


def test_layers() -> None:
    assert cloud().layers == ("cluster", "services")
    assert cloud(layers=["cluster"]).layers == cloud(layers="cluster").layers == ("cluster",)
    assert cloud(base="qa", layers=["services"]).layers == ("services",)


def test_a_cluster_of_ones_own() -> None:
    own = parse_settings("demo", "dev", {**LEAST, "inherits": "dev", "cluster": "own"})
    assert not own.shares_cluster
    assert parse_settings("demo", "dev", {**LEAST, "inherits": "dev"}).shares_cluster
    assert not parse_settings("dev", "dev", LEAST).shares_cluster


def test_software_is_as_its_component_takes_it() -> None:
    assert cloud(mirror="https://m", processor="arm64").software == {"mirror": "https://m", "processor": "arm64"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"region": None}, "region must be given"),
        ({"servers": "3"}, "servers must be a whole number, got '3'"),
        ({"pools": ["general"]}, "pools must be a mapping, got ['general']"),
        ({"pools": {"general": 2}}, "pools.general must be a mapping, got 2"),
        ({"layers": ["servces"]}, "layers must be of cluster, services, got servces"),
        ({"layers": []}, "layers must be of cluster, services, got none"),
        ({"layers": ["services"]}, "layers must have 'cluster': without it the machines would be taken away"),
        ({"cluster": "mine"}, "cluster must be 'own' or left out, got 'mine'"),
        ({"api": {"adress": "x"}}, "api.adress is not a known field, did you mean 'address'?"),
        ({"account": 123456789012}, "account must be a text, got 123456789012"),
        ({"protect": "no"}, "protect must be true or false, got 'no'"),
        ({"tags": {"owner": 5}}, "tags.owner must be a text, got 5"),
        ({"regoin": "x"}, "regoin is not a known field, did you mean 'region'?"),
    ],
)
def test_bad_choices(changed: Any, message: str) -> None:
    assert told({**LEAST, **changed}) == [f"environment 'dev': {message}"]


def test_what_is_for_a_cloud_is_for_no_other() -> None:
    assert told({"domain": "foxden.localhost", "cidr": "10.0.0.0/16"}) == [
        "environment 'dev': cidr is not a known field"
    ]


def test_every_key_is_read_in_one_way() -> None:
    assert not set(KEYS) & set(CLOUD_KEYS)
    assert set(OBJECTS) <= set(KEYS) and set(CLOUD_OBJECTS) <= set(CLOUD_KEYS)
    assert set(TYPED) <= {*KEYS, *CLOUD_KEYS}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory for stack files in the place of this repository."""
    for name in ("values", "lineage"):
        monkeypatch.setattr(module, name, functools.partial(getattr(stackfiles, name), root=tmp_path))
    (tmp_path / "Pulumi.dev.yaml").write_text(stackfiles.stack_file("dev").read_text())
    yield tmp_path
    pulumi.runtime.set_all_config({})


def test_what_pulumi_is_told_is_text_and_becomes_what_it_means(checkout: Path) -> None:
    told = {"servers": "5", "protect": "false", "layers": "cluster", "zones": '["a","b"]', "account": "123456789012"}
    pulumi.runtime.set_all_config({f"foxden:{key}": value for key, value in told.items()})
    found = read_settings("dev").cloud
    assert found is not None
    assert (found.servers, found.protect, found.layers, found.account) == (5, False, ("cluster",), "123456789012")
    assert found.zones == ("eu-central-1a", "eu-central-1b")


def test_an_environment_on_devs_cluster_inherits_its_choices(checkout: Path) -> None:
    (checkout / "Pulumi.demo.yaml").write_text("config:\n  foxden:inherits: dev\n  foxden:owner: ana\n")
    found = read_settings("demo")
    assert (found.base, found.domain, found.shares_cluster) == ("dev", "demo.dev.foxden.example", True)
    assert found.cloud is not None
    assert found.cloud.region == "eu-central-1"
    assert found.overrides["pods"] == {"version": "1.0.0"}
