"""Stand-in plugins: found by Pulumi where nothing official is, and gone once something is."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from local.toolchain import standins
from local.toolchain.catalog import Plugin
from local.toolchain.layout import bin_dir, plugin_cache, plugin_dir
from local.toolchain.standins import own_home, place_all

NOMAD = Plugin("resource", "nomad", "2.6.1", "probe")
PROBE = """
import json, os, sys
print(json.dumps([sys.argv[1:], sys.path[0], os.environ.get("PYTHONPATH"), os.getcwd(), __name__]))
"""


@pytest.fixture(autouse=True)
def one_plugin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A checkout whose one plugin prints how it was started; returns the checkout."""
    checkout = tmp_path / "a checkout's"
    checkout.mkdir()
    (checkout / "probe.py").write_text(PROBE)
    monkeypatch.setattr(standins, "PLUGINS", (NOMAD,))
    monkeypatch.setattr(standins, "REPO", checkout)
    return checkout


@pytest.fixture
def pulumi(new_path: Callable) -> Path:
    return new_path("pulumi").versioned("pulumi", "v3.250.0")


@pytest.fixture
def place(pulumi: Path) -> Callable:
    """Places the plugin; returns it."""
    return lambda home=None, path="": place_all(home or own_home(), pulumi, path)[0]


def official(home: Path) -> Path:
    """An official plugin below a PULUMI_HOME."""
    program = plugin_dir(home, NOMAD) / NOMAD.program
    program.parent.mkdir(parents=True, exist_ok=True)
    program.unlink(missing_ok=True)
    program.write_bytes(b"\x7fELF")
    program.chmod(0o755)
    return program


def test_a_stand_in_runs_its_module_wherever_it_is_called(place: Callable, one_plugin: Path, tmp_path: Path):
    placed = place()
    assert not placed.official
    assert placed.path == own_home() / "plugins" / "resource-nomad-v2.6.1" / "pulumi-resource-nomad"
    elsewhere = tmp_path / "project"
    elsewhere.mkdir()
    (elsewhere / "probe.py").write_text("raise SystemExit('the wrong module')")
    done = subprocess.run([placed.path, "127.0.0.1:4711"], cwd=elsewhere, capture_output=True, check=True, timeout=10)
    assert json.loads(done.stdout) == [["127.0.0.1:4711"], str(one_plugin), None, str(elsewhere), "__main__"]


def test_placing_again_changes_nothing(place: Callable):
    before = place().path.stat()
    assert place().path.stat().st_mtime_ns == before.st_mtime_ns


def test_a_moved_checkout_is_followed(place: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    place()
    monkeypatch.setattr(standins, "REPO", tmp_path / "new place")
    assert "new place" in place().path.read_text()


def test_the_users_pulumi_home_is_left_alone(place: Callable, tmp_path: Path):
    placed = place(home=tmp_path / "mine")
    assert placed.path == bin_dir() / NOMAD.program
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("mine", [True, False], ids=["the user's home", "the checkout's home"])
def test_an_official_plugin_in_the_home_wins(place: Callable, tmp_path: Path, mine: bool):
    home = tmp_path / "mine" if mine else own_home()
    standin = place(home=home).path
    program = official(home)
    placed = place(home=home)
    assert placed.official and placed.path == program
    assert program.read_bytes() == b"\x7fELF"
    assert standin == program or not standin.exists()


def test_an_official_plugin_on_path_or_beside_pulumi_wins(place: Callable, bin, pulumi: Path):
    standin = place().path
    beside = pulumi.with_name(NOMAD.program)
    beside.write_text("#!/bin/sh\n")
    beside.chmod(0o755)
    assert place().path == beside
    assert not standin.exists()
    on_path = bin.program(NOMAD.program, "exit 0")
    placed = place(path=str(bin))
    assert placed.official and placed.path == on_path


def test_a_stand_in_of_another_checkout_on_path_is_not_official(place: Callable, new_path: Callable):
    other = new_path("other")
    other.program(NOMAD.program, "").write_text(place().path.read_text())
    assert not place(path=str(other)).official


def test_an_unfinished_installation_does_not_count(place: Callable):
    program = official(own_home())
    program.parent.with_name(f"{program.parent.name}.partial").touch()
    assert not place().official


def test_an_official_plugin_of_the_cache_is_linked_in(place: Callable):
    place()
    cached = official(plugin_cache())
    placed = place()
    assert placed.official and placed.path == own_home() / "plugins" / NOMAD.directory / NOMAD.program
    assert placed.path.samefile(cached)
    assert place().official
    assert [item.name for item in (own_home() / "plugins").iterdir()] == [NOMAD.directory]


def test_an_official_plugin_of_the_cache_is_copied_from_another_file_system(
    place: Callable, monkeypatch: pytest.MonkeyPatch
):
    cached = official(plugin_cache())

    def fails(source: str, target: str) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", fails)
    placed = place()
    assert placed.official and placed.path.read_bytes() == cached.read_bytes() and not placed.path.samefile(cached)
    assert os.access(placed.path, os.X_OK)
