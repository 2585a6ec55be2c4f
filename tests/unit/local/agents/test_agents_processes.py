"""Which processes are the cluster's own."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local.agents import processes
from local.agents.processes import MARK, MARK_SET, Facts, belongs, is_agent, is_below, mounts_below

STATE = Path("/work/x/.foxden")
SLEEP = "import time; time.sleep(60)"


def facts(command: list[str], exe: str = "/usr/bin/thing", **environ: str) -> Facts:
    return Facts(1, environ, command, exe)


@pytest.mark.parametrize(
    "mine",
    [
        facts(["python3", "app.py"], **{MARK: str(STATE)}),
        facts(["app"], NOMAD_ALLOC_DIR=f"{STATE}/agents/local/nomad-client/alloc/1/alloc"),
        facts(["app"], exe=f"{STATE}/agents/local/nomad-client/alloc/1/main/local/app"),
        facts(["/t/consul", "agent", f"-config-file={STATE}/agents/local/consul.json"]),
        facts(["/t/nomad", "agent", f"-config={STATE}/agents/local/nomad-server.json"]),
        facts(["python", "-m", "supervisor.supervisord", "-c", f"{STATE}/agents/supervisord.conf"]),
    ],
    ids=lambda process: process.command[0],
)
def test_what_was_started_from_the_state_directory_is_ours(mine: Facts) -> None:
    assert belongs(mine, STATE)
    assert not belongs(mine, Path("/work/y/.foxden"))
    assert not belongs(mine, Path("/work/x/.fox"))


@pytest.mark.parametrize(
    "theirs",
    [
        facts(["tail", "-f", f"{STATE}/logs/local-consul.log"]),
        facts(["vim", f"{STATE}/agents/local/consul.json"]),
        facts(["bash"], PWD=f"{STATE}/agents", FOXDEN_STATE=str(STATE)),
        facts(["/t/consul", "agent", "-config-file=/etc/consul.json"]),
        facts(["/t/nomad", "agent", f"-config={STATE}2/agents/local/nomad.json"]),
        facts(["app"], NOMAD_ALLOC_DIR="/alloc"),
        facts(["app"], NOMAD_ALLOC_DIR="/var/lib/nomad/alloc/1/alloc"),
        facts(["app"], **{MARK: f"{STATE}2"}),
        facts([]),
    ],
    ids=lambda process: " ".join(process.command) or "none",
)
def test_what_only_looks_at_the_state_directory_is_not(theirs: Facts) -> None:
    assert not belongs(theirs, STATE)


def test_a_task_is_no_agent() -> None:
    assert not is_agent(facts(["app", "agent"], **{MARK: str(STATE)}), STATE)
    assert not is_agent(facts(["nomad", "executor", f'{{"LogFile":"{STATE}/agents/e.out"}}']), STATE)


def test_a_directory_is_not_below_another_with_a_longer_name() -> None:
    assert is_below("/a/b/c", Path("/a/b"))
    assert not is_below("/a/bc", Path("/a/b"))
    assert not is_below("/a/b", Path("/a/b"))


def test_mounts_come_innermost_first_and_unescaped() -> None:
    table = [
        "tmpfs /s/agents/a\\040b tmpfs rw 0 0",
        "tmpfs /s/agents/a\\040b/deep/er tmpfs rw 0 0",
        "/dev/x / ext4 rw 0 0",
        "tmpfs /s/agents2/c tmpfs rw 0 0",
        "",
    ]
    assert mounts_below(Path("/s/agents"), table) == ["/s/agents/a b/deep/er", "/s/agents/a b"]


@pytest.fixture
def marked(state: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process with the mark of this test's state directory, that does not end when asked to."""
    code = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); {SLEEP}"
    environ = {**os.environ, MARK: str(state), MARK_SET: "7"}
    with subprocess.Popen([sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"up\n"
        yield process
        process.kill()


def test_marked_processes_and_their_children_are_found(state: Path, tmp_path: Path) -> None:
    child = (
        f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', '{SLEEP}'], env={{}}).pid, flush=True)"
    )
    environ = {**os.environ, MARK: str(state)}
    with subprocess.Popen([sys.executable, "-c", f"{child}; {SLEEP}"], env=environ, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert {process.pid for process in processes.ours(state)} == {parent.pid, pid}
        assert processes.ours(tmp_path) == []
        os.kill(pid, signal.SIGKILL)
        parent.kill()


def test_one_that_will_not_end_is_killed(state: Path, marked: subprocess.Popen[bytes]) -> None:
    assert processes.end(lambda: processes.ours(state), grace=0.3, limit=5) == []
    assert not psutil.pid_exists(marked.pid)


def test_the_port_sets_of_other_clusters_are_claimed(
    state: Path, tmp_path: Path, marked: subprocess.Popen[bytes]
) -> None:
    assert marked.pid
    assert 7 in processes.claimed_sets(tmp_path / "another")
    own = processes.claimed_sets(state)
    everyone = processes.claimed_sets(tmp_path / "another")
    assert everyone - own <= {7}


def test_the_sockets_of_nomads_plugins_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        monkeypatch.setattr(tempfile, "gettempdir", lambda: short)
        with socket.socket(socket.AF_UNIX) as plugin, socket.socket(socket.AF_UNIX) as other:
            plugin.bind(f"{short}/plugin123")
            other.bind(f"{short}/mine.sock")
            assert processes.plugin_sockets([psutil.Process()]) == [Path(short, "plugin123")]
