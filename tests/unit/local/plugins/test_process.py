"""A plugin process says its port, and never outlives who started it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from local.paths import REPO

_MODULES = ["local.plugins.nomad", "local.plugins.consul", "local.plugins.language_python"]
_SOON = 10.0


@contextmanager
def started(module: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", module, "127.0.0.1:1"]
    with subprocess.Popen(command, cwd=REPO, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        process.kill()


def port_of(process: subprocess.Popen[bytes]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


@pytest.mark.parametrize("module", _MODULES)
def test_serves_on_the_port_it_says_and_ends_when_the_engine_lets_go(module: str) -> None:
    with started(module) as plugin:
        port = port_of(plugin)
        with socket.create_connection(("127.0.0.1", port), timeout=_SOON):
            listening = [found for found in psutil.Process(plugin.pid).net_connections() if found.status == "LISTEN"]
        assert [(found.laddr.ip.removeprefix("::ffff:"), found.laddr.port) for found in listening] == [
            ("127.0.0.1", port)
        ]
        assert plugin.stdin is not None
        plugin.stdin.close()
        assert plugin.wait(_SOON) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_when_told(number: signal.Signals) -> None:
    with started("local.plugins.consul") as plugin:
        port_of(plugin)
        plugin.send_signal(number)
        assert plugin.wait(_SOON) == 0


def test_ends_with_a_parent_that_was_killed() -> None:
    # Between us and the plugin: a parent whose sudden death nobody can announce, and no pipe on stdin to break.
    script = (
        "import subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-m', 'local.plugins.consul', 'x'], stdin=subprocess.DEVNULL,"
        " stdout=subprocess.PIPE); p.stdout.readline(); print(p.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=REPO, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()
    deadline = time.monotonic() + _SOON
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_the_sdk_around_the_protocol_is_not_imported() -> None:
    script = (
        "import sys; from local.plugins import process; process.protocol_only();"
        "from local.plugins import base; from local.plugins.nomad import provider;"
        "print([name for name in ('pulumi.resource', 'opentelemetry', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=REPO, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
