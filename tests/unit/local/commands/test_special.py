"""Special-purpose environments on a cluster of a cloud, with nothing in the place of Pulumi."""

import shutil
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from local.__main__ import main
from local.agents.progress import Progress
from local.commands import environments, special, up
from local.commands.clock import iso, now
from local.errors import LocalError
from local.forwards import FORWARDS, Forward
from local.stackfiles import stack_file, values


class Pulumi:
    """Remembers what it was asked for."""

    asked: list[str]

    def __init__(self, env: str, report: object) -> None:
        self._env = env

    def up(self) -> SimpleNamespace:
        """Everything is well."""
        self.asked.append(f"up {self._env}")
        return SimpleNamespace(changed=3)

    def destroy(self, limit: float) -> None:
        """It goes."""
        self.asked.append(f"destroy {self._env}")

    def output(self, name: str) -> dict[str, str | None]:
        """Where it answers."""
        return {"pods": None, "ionic-apps": "https://app.demo.dev.foxden.example/"}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the environments' files, in the place of this checkout."""
    for name in ("local", "dev"):
        shutil.copy(stack_file(name), tmp_path)
    for module, function in ((special, "home"), (special, "up"), (special, "down"), (environments, "prepare")):
        monkeypatch.setattr(module, function, partial(getattr(module, function), root=tmp_path))
    return tmp_path


@pytest.fixture
def asked(state: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What Pulumi is asked for; the APIs of the cluster are there."""
    Pulumi.asked = []
    monkeypatch.setattr(special, "Pulumi", Pulumi)
    monkeypatch.setattr(up, "_tools", lambda: None)
    monkeypatch.setenv("PULUMI_BACKEND_URL", "https://state.example.com")
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setitem(FORWARDS, "nomad", {"nomad": Forward(server.getsockname()[1], 4646)})
        yield Pulumi.asked


def test_one_command_makes_it_and_one_ends_it(asked: list[str], root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "--env", "test-special", "--base", "dev", "--ttl", "8h"]) == 0
    found = values("test-special", root)
    assert (found["inherits"], found["domain"]) == ("dev", "test-special.dev.foxden.example")
    assert found["expires"] > iso(now())
    said = capsys.readouterr().out
    assert "'test-special' is deployed, with 3 changes" in said
    assert "ionic-apps      https://app.demo.dev.foxden.example/" in said
    assert main(["up", "--env", "test-special"]) == 0
    assert main(["down", "--env", "test-special"]) == 0
    assert asked == ["up test-special", "up test-special", "destroy test-special"]
    assert not (root / "Pulumi.test-special.yaml").exists()
    assert environments.recorded() == []


def test_where_an_environment_is_or_would_be(tmp_path: Path) -> None:
    for name, base in (("local", None), ("dev", None), ("demo", "dev")):
        inherits = f"foxden:inherits: {base}" if base else "foxden:domain: a.example"
        (tmp_path / f"Pulumi.{name}.yaml").write_text(f"config:\n  {inherits}\n")
    assert special.home("demo", None, tmp_path) == special.home("demo", "dev", tmp_path) == "dev"
    assert special.home("new", None, tmp_path) == special.home("new", "local", tmp_path) == "local"
    assert special.home("new", "demo", tmp_path) == "dev"
    with pytest.raises(LocalError, match="'demo' is on the cluster of 'dev', and can't be moved to 'local'"):
        special.home("demo", "local", tmp_path)
    with pytest.raises(LocalError, match="no environment 'nowhere'"):
        special.home("new", "nowhere", tmp_path)


def test_those_whose_time_is_over(tmp_path: Path) -> None:
    past, future = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
    files = {"local": "", "dev": "", "here": "local", "old": "dev", "young": "dev", "ever": "dev"}
    for name, base in files.items():
        lines = [f"foxden:inherits: {base}"] if base else []
        lines += [f'foxden:expires: "{future if name == "young" else past}"'] if name not in ("ever", "dev") else []
        (tmp_path / f"Pulumi.{name}.yaml").write_text("config:\n" + "".join(f"  {line}\n" for line in lines))
    assert special.expired(tmp_path) == ["old"]


def refused(env: str, act: str = "up") -> str:
    """What is said when it can't be done."""
    with pytest.raises(LocalError) as caught:
        getattr(special, act)(env, Progress(lambda line: None))
    return str(caught.value)


@pytest.mark.parametrize("act", ["up", "down"])
def test_what_is_missing_is_said(asked: list[str], root: Path, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    (root / "Pulumi.test-special.yaml").write_text("config:\n  foxden:inherits: dev\n")
    assert refused("dev", act).startswith("'dev' has a cluster of its own: use 'pulumi up -s dev'")
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = server.getsockname()[1]
    monkeypatch.setitem(FORWARDS, "nomad", {"nomad": Forward(nobody, 4646)})
    said = refused("test-special", act)
    assert f"Nomad does not answer at https://127.0.0.1:{nobody}: run 'make connect STACK=dev'" in said
    monkeypatch.delenv("PULUMI_BACKEND_URL")
    assert refused("test-special", act).startswith("set PULUMI_BACKEND_URL to where Pulumi keeps the state of 'dev'")
    assert asked == []
