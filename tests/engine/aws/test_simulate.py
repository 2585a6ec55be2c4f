"""``make simulate``: the real environments, with nothing left of them afterwards."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import yaml

from local.paths import REPO
from local.simulate.audit import RULES
from local.simulate.limits import LIMITS
from local.stackfiles import stack_file
from local.toolchain.aws import Ready
from tests.engine.aws.projects import PATIENCE
from tests.engine.harness.command import Done, Running
from tests.engine.harness.killing import gone
from tests.engine.harness.tasks import environ
from tests.engine.harness.waiting import until

EKS = "test-eks"
COMMAND = [sys.executable, "-m", "local", "simulate", "--stack"]


def _environment(directory: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(directory), "FOXDEN_SIMULATION": str(directory)}


def _nothing_left(directory: Path) -> bool:
    """Neither a process of a run nor a file in its temporary directory."""
    left = [*map(str, directory.iterdir()), *map(str, _processes(directory))]
    assert not left, left
    return True


def _processes(directory: Path) -> list[psutil.Process]:
    found = (one for one in psutil.process_iter() if environ(one).get("FOXDEN_SIMULATION") == str(directory))
    return [process for process in found if not gone(process)]


@pytest.fixture
def eks() -> Iterator[None]:
    """The file of an environment like qa, with a cluster of its own whose control plane Amazon runs."""
    choices = {
        "inherits": "qa",
        "cluster": "own",
        "managed": True,
        "image": "1.34.1-20250920",
        "core": {"administrators": {"ci": "arn:aws:iam::123456789012:role/ci"}, "software": None},
        "pools": {"general": {"scaling": None}},
        "cluster_services": {"coredns": None},
    }
    file = stack_file(EKS)
    file.write_text(yaml.safe_dump({"config": {f"foxden:{key}": value for key, value in choices.items()}}))
    yield
    file.unlink()


@pytest.mark.usefixtures("eks")
@pytest.mark.parametrize("stack", ["dev", "qa", EKS])
def test_an_environment_comes_up_is_sound_and_goes_without_a_trace(plugin: Ready, stack: str) -> None:
    before = {file: file.read_bytes() for file in REPO.glob("Pulumi*.yaml")}
    with tempfile.TemporaryDirectory() as directory:
        with Running([*COMMAND, stack], REPO, _environment(Path(directory))) as running:
            done: Done = running.wait(PATIENCE)
        assert done.code == 0, str(done)
        said = done.output
        for rule in RULES:
            assert f"  yes  {rule}" in said
        assert "Second preview: no changes" in said
        assert "nothing is left" in said
        for what, _ in LIMITS:
            assert what in said
        assert plugin.text in said
        until(lambda: _nothing_left(Path(directory)), "nothing is left", 60)
    assert {file: file.read_bytes() for file in REPO.glob("Pulumi*.yaml")} == before


def test_ctrl_c_leaves_nothing(plugin: Ready) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with Running([*COMMAND, "dev"], REPO, _environment(directory)) as running:
            until(lambda: "created Vpc" in running.output, "the network is there", PATIENCE)
            running.process.send_signal(signal.SIGINT)
            done = running.wait(300)
        assert done.code == 130, str(done)
        until(lambda: _nothing_left(directory), "nothing is left", 60)
