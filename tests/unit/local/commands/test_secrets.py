"""Secrets of local environments: made once, kept private."""

import multiprocessing
from pathlib import Path

import pytest

from local import secrets
from local.errors import LocalError


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOXDEN_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def test_a_missing_secret_is_made_once_and_only_for_its_environment() -> None:
    first = secrets.ensure("local", ["pods-api-key"])
    assert len(first["pods-api-key"]) >= 40
    assert secrets.ensure("local", ["pods-api-key", "other"])["pods-api-key"] == first["pods-api-key"]
    assert secrets.ensure("demo", ["pods-api-key"]) != first


def test_only_what_is_asked_for_is_given() -> None:
    secrets.ensure("local", ["a", "b"])
    assert list(secrets.ensure("local", ["b"])) == ["b"]


def test_the_file_and_its_directory_are_private() -> None:
    secrets.ensure("local", ["a"])
    file = secrets.secrets_file("local")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_value_of_the_users_own_stays() -> None:
    secrets.store("local", "team/key", "mine")
    assert secrets.ensure("local", ["team/key"]) == {"team/key": "mine"}
    secrets.forget("local")
    assert secrets.ensure("local", ["team/key"]) != {"team/key": "mine"}


@pytest.mark.parametrize("name", ["", "A", "a b", "-a", "a/", "../a", "a" * 101])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(LocalError, match="a secret's name"):
        secrets.store("local", name, "value")


def test_an_empty_value_and_a_bad_environment_are_refused() -> None:
    with pytest.raises(LocalError, match="empty"):
        secrets.store("local", "a", "")
    with pytest.raises(LocalError, match="environment's name"):
        secrets.ensure("../x", ["a"])


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1}'])
def test_a_broken_file_is_said_and_not_shown(content: str) -> None:
    secrets.ensure("local", [])
    secrets.secrets_file("local").write_text(content)
    with pytest.raises(LocalError, match="mend or remove it"):
        secrets.ensure("local", ["a"])


def _ensure(name: str) -> dict[str, str]:
    return secrets.ensure("local", ["shared", name])


def test_two_runs_at_once_agree() -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        found = pool.map(_ensure, [f"own-{i}" for i in range(8)])
    assert len({values["shared"] for values in found}) == 1
    kept = secrets.ensure("local", [f"own-{i}" for i in range(8)])
    assert all(values[name] == kept[name] for values in found for name in values if name in kept)
