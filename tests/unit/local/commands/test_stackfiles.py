"""The environments' files: names, inheritance, and Pulumi's salt."""

from pathlib import Path

import pytest

from local.errors import LocalError
from local.stackfiles import environments, lineage, stack_file, strip_salt, values, without_salt


def write(root: Path, env: str, text: str) -> None:
    (root / f"Pulumi.{env}.yaml").write_text(text)


BASE = """\
# The laptop.
config:
  foxden:cloud: existing
  foxden:servers: 3
  foxden:domain: foxden.localhost
  foxden:owner: someone
  foxden:created: 2030-01-01T00:00:00Z
  foxden:services:
    pods: {replicas: 3, env: {A: "1"}}
    other: {replicas: 2}
  aws:region: eu-west-1
"""


def test_own_values_win_and_mappings_merge_at_every_depth(tmp_path: Path) -> None:
    write(tmp_path, "local", BASE)
    write(
        tmp_path,
        "demo",
        "config:\n  foxden:inherits: local\n  foxden:services:\n    pods: {env: {B: '2'}, replicas: 1}\n",
    )
    assert values("demo", tmp_path) == {
        "inherits": "local",
        "cloud": "existing",
        "servers": 3,
        "domain": "demo.foxden.localhost",
        "services": {"pods": {"replicas": 1, "env": {"A": "1", "B": "2"}}, "other": {"replicas": 2}},
    }


def test_a_domain_of_its_own_is_left_alone_and_a_grandchild_gets_both_names(tmp_path: Path) -> None:
    write(tmp_path, "local", BASE)
    write(tmp_path, "demo", "config:\n  foxden:inherits: local\n")
    write(tmp_path, "deep", "config:\n  foxden:inherits: demo\n")
    write(tmp_path, "own", "config:\n  foxden:inherits: local\n  foxden:domain: own.example\n")
    assert values("deep", tmp_path)["domain"] == "deep.demo.foxden.localhost"
    assert values("own", tmp_path)["domain"] == "own.example"
    assert lineage("deep", tmp_path) == ["deep", "demo", "local"]


def test_a_time_without_quotes_is_a_string(tmp_path: Path) -> None:
    write(tmp_path, "a", "config:\n  foxden:created: 2030-01-01T02:00:00+02:00\n  foxden:expires: 2030-01-02\n")
    assert values("a", tmp_path) == {"created": "2030-01-01T00:00:00Z", "expires": "2030-01-02"}


def test_what_is_not_there_or_circular_is_said(tmp_path: Path) -> None:
    write(tmp_path, "a", "config:\n  foxden:inherits: b\n")
    with pytest.raises(LocalError, match="'a' inherits from 'b', but there is no"):
        values("a", tmp_path)
    write(tmp_path, "b", "config:\n  foxden:inherits: a\n")
    with pytest.raises(LocalError, match="circle: a -> b -> a"):
        values("a", tmp_path)
    with pytest.raises(LocalError, match=r"no environment 'c'.*there are: a, b"):
        values("c", tmp_path)


@pytest.mark.parametrize("text", ["[1]", "config: 3", "config: {", "config:\n  foxden:inherits: 3\n"])
def test_a_file_of_another_form_is_an_error(tmp_path: Path, text: str) -> None:
    write(tmp_path, "a", text)
    with pytest.raises(LocalError):
        values("a", tmp_path)


@pytest.mark.parametrize("text", ["", "config:\n", "encryptionsalt: x\n"])
def test_an_empty_file_has_no_choices(tmp_path: Path, text: str) -> None:
    write(tmp_path, "a", text)
    assert values("a", tmp_path) == {}


@pytest.mark.parametrize("name", ["", "A", "a--b", "-a", "a-", "../a", "a/b", "1a", "a" * 21, "a\n"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(LocalError, match="an environment's name"):
        stack_file(name)


def test_environments_are_those_with_a_file(tmp_path: Path) -> None:
    for name in ("local", "demo", "Bad"):
        write(tmp_path, name, "")
    (tmp_path / "Pulumi.yaml").touch()
    assert environments(tmp_path) == ["demo", "local"]


def test_only_the_salt_goes(tmp_path: Path) -> None:
    kept = b"# mine\r\nconfig:\n  foxden:note: 'encryptionsalt: no'\n"
    assert without_salt(b"encryptionsalt: v1:a=:b\n" + kept + b"encryptionsalt: v1:a") == kept
    (tmp_path / "Pulumi.a.yaml").write_bytes(b"encryptionsalt: v1:a\n" + kept)
    strip_salt("a", tmp_path)
    strip_salt("gone", tmp_path)
    assert (tmp_path / "Pulumi.a.yaml").read_bytes() == kept


def test_the_salt_of_encrypted_values_stays() -> None:
    content = b"config:\n  aws:secret:\n    secure: v1:x\nencryptionsalt: v1:a\n"
    assert without_salt(content) == content
