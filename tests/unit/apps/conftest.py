"""Fixtures of the example services' tests."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.unit.apps.running import Running, Start, copied


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a service with some ENV on a free port."""
    begun: list[Running] = []

    def start_one(service: str, env: Mapping[str, str] | None = None) -> Running:
        process = subprocess.Popen(
            [sys.executable, "-B", str(copied(service, tmp_path) / "app.py")],
            env={"PATH": os.defpath, "HOST": "127.0.0.1", "PORT": "0", "INSTANCE_ID": f"{service}-1", **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        begun.append(Running(process, int(line.rpartition(":")[2]) if " listens on " in line else 0))
        assert begun[-1].port, line
        return begun[-1]

    yield start_one
    for service in begun:
        if service.process.poll() is None:
            service.process.kill()
        service.process.communicate(timeout=5)
