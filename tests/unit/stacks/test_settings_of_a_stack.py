"""What an environment's file chooses."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest

from foxden import InvalidInput
from local import stackfiles
from stacks import settings as module
from stacks.services import SERVICES
from stacks.settings import Settings, parse_settings, read_settings, services_of, with_defaults, with_overrides


def told(given: Any, environment: str = "demo") -> list[str]:
    """What is said of bad choices."""
    with pytest.raises(InvalidInput) as caught:
        parse_settings(environment, "local", given)
    return str(caught.value).splitlines()


def test_the_least() -> None:
    found = parse_settings("local", "local", {"domain": "foxden.localhost"})
    assert found == Settings("local", "local", "foxden.localhost", notes={}, overrides={}, endpoints={})
    assert not found.shares_cluster


def test_everything() -> None:
    found = parse_settings(
        "demo",
        "local",
        {
            "cloud": "existing",
            "scheduler": "nomad",
            "servers": 3,
            "domain": "demo.foxden.localhost",
            "inherits": "local",
            "created": "2030-01-01T00:00:00Z",
            "expires": "2030-01-02T00:00:00Z",
            "owner": "ana",
            "services": {"pods": {"replicas": 1}, "nothing": None},
            "endpoints": {"db": {"url": "postgres://db/x"}},
        },
    )
    assert found.shares_cluster
    assert found.notes == {"created": "2030-01-01T00:00:00Z", "expires": "2030-01-02T00:00:00Z", "owner": "ana"}
    assert found.overrides == {"pods": {"replicas": 1}}
    assert found.endpoints == {"db": {"url": "postgres://db/x"}}


GOOD = {"domain": "foxden.localhost"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "domain must be given"),
        ({"domain": ""}, "domain must be a text that is not empty, got ''"),
        ({"domain": 5}, "domain must be a text, got 5"),
        ({"domain": "Foxden"}, "domain must be a host name in lower case, got 'Foxden'"),
        ({"domain": "foxden.localhost."}, "domain must be a host name in lower case, got 'foxden.localhost.'"),
        ({**GOOD, "domian": "x"}, "domian is not a known field, did you mean 'domain'?"),
        ({**GOOD, "cloud": "gcp"}, "cloud must be one of existing, aws, got 'gcp'"),
        (
            {**GOOD, "scheduler": "nomd"},
            "scheduler must be one of kubernetes, nomad, got 'nomd', did you mean 'nomad'?",
        ),
        ({**GOOD, "services": ["pods"]}, "services must be a mapping, got ['pods']"),
        ({**GOOD, "services": []}, "services must be a mapping, got []"),
        ({**GOOD, "services": {"pods": 3}}, "services.pods must be a mapping, got 3"),
        ({**GOOD, "endpoints": "db"}, "endpoints must be a mapping, got 'db'"),
    ],
)
def test_bad_choices(given: Any, message: str) -> None:
    assert told(given) == [f"environment 'demo': {message}"]


def test_all_bad_choices_at_once() -> None:
    assert told({"domian": "x", "services": 1}, "my--demo") == [
        "environment 'my--demo': name must not hold '--', got 'my--demo'",
        "environment 'my--demo': domian is not a known field, did you mean 'domain'?",
        "environment 'my--demo': domain must be given",
        "environment 'my--demo': services must be a mapping, got 1",
    ]


SOME: dict[str, dict[str, Any]] = {
    "pods": {"port": 80, "env": {"A": "1", "B": "2"}, "labels": {"x": "y"}, "needs": ["db"]},
    "app": {"port": 80},
}


def test_what_an_environment_chooses_wins_and_env_and_labels_are_merged() -> None:
    own: dict[str, dict[str, Any]] = {
        "pods": {"env": {"B": "3"}, "labels": {"z": "0"}, "needs": [], "port": 81},
        "app": {"env": {"C": "4"}},
    }
    assert with_overrides(SOME, own, "demo") == {
        "pods": {"port": 81, "env": {"A": "1", "B": "3"}, "labels": {"x": "y", "z": "0"}, "needs": []},
        "app": {"port": 80, "env": {"C": "4"}},
    }
    assert SOME["pods"]["env"] == {"A": "1", "B": "2"}
    assert with_overrides(SOME, {}, "demo") == SOME


@pytest.mark.parametrize("value", [None, ["A=1"], "A=1", 5])
def test_an_env_that_is_none_is_left_for_the_service_to_refuse(value: Any) -> None:
    assert with_overrides(SOME, {"pods": {"env": value}}, "demo")["pods"]["env"] == value


def test_a_choice_for_a_service_that_is_none() -> None:
    with pytest.raises(InvalidInput, match=r"environment 'demo': services\.podz is no service, did you mean 'pods'\?"):
        with_overrides(SOME, {"podz": {}}, "demo")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory for stack files in the place of this repository."""
    for name in ("values", "lineage"):
        monkeypatch.setattr(module, name, functools.partial(getattr(stackfiles, name), root=tmp_path))
    (tmp_path / "Pulumi.local.yaml").write_text(
        "config:\n  foxden:domain: foxden.localhost\n  foxden:services: {pods: {replicas: 3}}\n"
    )
    yield tmp_path
    pulumi.runtime.set_all_config({})


def test_choices_are_inherited(checkout: Path) -> None:
    (checkout / "Pulumi.demo.yaml").write_text(
        "config:\n  foxden:inherits: local\n  foxden:services: {pods: {env: {A: b}}}\n"
    )
    found = read_settings("demo")
    assert (found.environment, found.base, found.domain) == ("demo", "local", "demo.foxden.localhost")
    assert found.overrides == {"pods": {"replicas": 3, "env": {"A": "b"}}}


def test_what_pulumi_was_told_wins_over_the_files(checkout: Path) -> None:
    pulumi.runtime.set_all_config({"foxden:domain": "other.localhost", "foxden:services": '{"pods": {}}'})
    found = read_settings("local")
    assert found.domain == "other.localhost"
    assert found.overrides == {"pods": {"replicas": 3}}


def test_a_missing_file_is_said_without_a_traceback(checkout: Path) -> None:
    with pytest.raises(pulumi.RunError, match="no environment 'nowhere'"):
        read_settings("nowhere")


@pytest.mark.parametrize("environment", stackfiles.environments())
def test_the_files_of_this_repository_are_valid(environment: str) -> None:
    found = read_settings(environment)
    assert with_overrides(SERVICES, found.overrides, environment).keys() == SERVICES.keys()


def test_defaults_lie_below_what_a_service_says_itself() -> None:
    services: dict[str, dict[str, Any]] = {
        "a": {"health": {"tcp": True, "interval": 9}},
        "b": {"cpu": 2},
        "c": {"kind": "cron"},
    }
    assert with_defaults(services, {"health": {"interval": 1, "grace": 20}, "cpu": 1}) == {
        "a": {"health": {"tcp": True, "interval": 9, "grace": 20}, "cpu": 1},
        "b": {"health": {"interval": 1, "grace": 20}, "cpu": 2},
        "c": {"kind": "cron"},
    }


def test_a_service_whose_name_is_an_endpoint_runs_elsewhere() -> None:
    endpoints = {"pods": {"url": "https://pods.example.com"}, "ledger": {"url": "https://ledger.example.com"}}
    settings = Settings("demo", "demo", "x.example.com", endpoints=endpoints, defaults={"cpu": 1})
    assert services_of(settings, SOME) == {"app": {"port": 80, "cpu": 1}}


def test_options_are_texts_and_for_clusters_that_are_there() -> None:
    given = {"domain": "x.example.com", "options": {"ingress": "none"}}
    assert parse_settings("demo", "demo", given).options == {"ingress": "none"}
    with pytest.raises(InvalidInput, match=r"environment 'demo': options.ingress_port must be a text, got 9080"):
        parse_settings("demo", "demo", {**given, "options": {"ingress_port": 9080}})
    with pytest.raises(InvalidInput, match="options is not a known field"):
        parse_settings("demo", "demo", {**given, "cloud": "aws"})
