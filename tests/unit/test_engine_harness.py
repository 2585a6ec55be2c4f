"""What the tests against real servers look at the machine with, without any server."""

from pathlib import Path
from typing import NoReturn

import psutil
import pytest

from local.agents.ports import AGENTS_BASE, AGENTS_PER_SET, SETS
from tests.engine.harness.killing import gone
from tests.engine.harness.leftovers import content, files_below
from tests.engine.plugins.servers import free_ports


class _Going(psutil.Process):
    """It still runs when that is asked, and is gone when its status is."""

    def is_running(self) -> bool:
        return True

    def status(self) -> NoReturn:
        raise psutil.NoSuchProcess(self.pid)


def test_a_process_that_goes_while_it_is_looked_at_is_gone() -> None:
    assert gone(_Going())
    assert not gone(psutil.Process())


def test_files_that_go_while_they_are_looked_into_are_empty(tmp_path: Path) -> None:
    (tmp_path / "pod" / "main").mkdir(parents=True)
    (tmp_path / "pod" / "main" / "0.log").write_text("said")
    found = files_below(tmp_path, tmp_path / "nowhere")
    assert found == [tmp_path / "pod" / "main" / "0.log"]
    assert content(found[0]) == b"said"
    found[0].unlink()
    assert content(found[0]) == b""


def test_ports_of_tests_are_nobody_elses() -> None:
    ports = free_ports(50)
    assert len(set(ports)) == 50
    agents = range(AGENTS_BASE, AGENTS_BASE + SETS * AGENTS_PER_SET)
    assert not [port for port in ports if port in agents or port >= 20000], "local clusters, and the system, give these"


def test_more_ports_than_there_are_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.engine.plugins.servers.busy", list)
    with pytest.raises(AssertionError, match="no 1 free ports"):
        free_ports(1)
