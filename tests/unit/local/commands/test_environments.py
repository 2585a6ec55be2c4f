"""Environments come with a file, live for a time, and go with it."""

from datetime import timedelta
from pathlib import Path

import pytest

from local import secrets
from local.agents import ClusterShape
from local.commands import environments
from local.commands.clock import iso, now
from local.errors import LocalError
from local.stackfiles import values

HOUR = timedelta(hours=1)


@pytest.fixture
def root(state: Path, tmp_path: Path) -> Path:
    """A checkout."""
    (tmp_path / "Pulumi.local.yaml").write_text("config:\n  foxden:domain: foxden.localhost\n")
    return tmp_path


def test_a_new_environment_is_a_few_lines(root: Path) -> None:
    environments.prepare("demo", HOUR, root)
    assert len((root / "Pulumi.demo.yaml").read_text().splitlines()) == 6
    found = values("demo", root)
    assert found["inherits"] == "local"
    assert found["domain"] == "demo.foxden.localhost"
    life = environments.life("demo", root)
    assert life.expires == life.created + HOUR
    assert not life.over(now()) and life.over(now() + 2 * HOUR)


def test_without_ttl_it_does_not_expire_and_another_ttl_moves_the_end(root: Path) -> None:
    environments.prepare("demo", None, root)
    assert environments.life("demo", root).expires is None
    environments.prepare("demo", HOUR, root)
    environments.prepare("demo", 2 * HOUR, root)
    life = environments.life("demo", root)
    assert life.expires and life.expires - now() > HOUR
    assert (root / "Pulumi.demo.yaml").read_text().count("expires") == 1
    environments.prepare("demo", None, root)
    assert environments.life("demo", root) == life


def test_the_file_goes_unless_it_is_the_users_own(root: Path) -> None:
    environments.prepare("demo", None, root)
    environments.release("demo", root)
    assert not (root / "Pulumi.demo.yaml").exists()
    environments.prepare("demo", None, root)
    file = root / "Pulumi.demo.yaml"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[1:]))
    environments.release("demo", root)
    assert file.exists()
    with pytest.raises(LocalError, match=r"Pulumi\.demo\.yaml is your own"):
        environments.prepare("demo", HOUR, root)


def test_only_what_inherits_from_local_lives_here(root: Path) -> None:
    (root / "Pulumi.prod.yaml").write_text("config:\n  foxden:cloud: aws\n")
    with pytest.raises(LocalError, match="'prod' does not live on this machine's cluster"):
        environments.prepare("prod", None, root)
    (root / "Pulumi.deep.yaml").write_text("config:\n  foxden:inherits: demo\n")
    environments.prepare("demo", None, root)
    environments.prepare("deep", None, root)


def test_the_clusters_own_namespace_is_no_environment(root: Path) -> None:
    with pytest.raises(LocalError, match="'default' is the cluster's own namespace"):
        environments.prepare("default", None, root)
    assert not (root / "Pulumi.default.yaml").exists()


def test_the_base_does_not_expire(root: Path) -> None:
    with pytest.raises(LocalError, match="TTL is for special-purpose"):
        environments.prepare("local", HOUR, root)
    environments.prepare("local", None, root)


def test_records_say_what_is_on_the_cluster_the_base_last(root: Path) -> None:
    assert environments.recorded() == []
    for name in ("zoo", "local", "demo"):
        environments.record(name)
    assert environments.recorded() == ["demo", "zoo", "local"]
    secrets.ensure("demo", ["a"])
    environments.release("demo", root)
    assert environments.recorded() == ["zoo", "local"]
    assert not secrets.secrets_file("demo").exists()


def test_without_a_word_in_the_file_the_first_deployment_counts(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    then = now() - HOUR
    monkeypatch.setattr(environments, "now", lambda: then)
    environments.record("local")
    monkeypatch.undo()
    monkeypatch.setenv("FOXDEN_STATE", str(root / "state"))
    environments.record("local")
    assert environments.life("local", root).created == then


def test_a_bad_time_names_its_key(root: Path) -> None:
    (root / "Pulumi.demo.yaml").write_text(f"config:\n  foxden:created: {iso(now())}\n  foxden:expires: soon\n")
    with pytest.raises(LocalError, match="foxden:expires of 'demo' must be"):
        environments.life("demo", root)


@pytest.mark.parametrize(("given", "servers"), [("3", 3), ('"5"', 5), ("1", 1)])
def test_the_shape_is_a_number_with_or_without_quotes(root: Path, given: str, servers: int) -> None:
    (root / "Pulumi.local.yaml").write_text(f"config:\n  foxden:servers: {given}\n")
    assert environments.shape(root) == ClusterShape(servers)


@pytest.mark.parametrize("given", ["2", "many", "[3]", "true", "-1"])
def test_a_shape_that_is_none_is_said(root: Path, given: str) -> None:
    (root / "Pulumi.local.yaml").write_text(f"config:\n  foxden:servers: {given}\n")
    with pytest.raises(LocalError, match="foxden:servers must be 1, 3 or 5"):
        environments.shape(root)
