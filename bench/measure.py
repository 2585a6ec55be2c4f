"""Runs a program and says how long it took and how much memory it and all its children held at most."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

SAMPLE_SECONDS = 0.2


@dataclass(frozen=True)
class Measured:
    """One run."""

    seconds: float
    peak_mib: float
    """Highest sum of the proportional set sizes of the process and its descendants; sampled 5 times a second."""


def run(command: Sequence[str], env: Mapping[str, str], cwd: Path, timeout: float = 900) -> tuple[Measured, str]:
    """Run a command to its end; returns the measure and what it printed. Exits with its output when it fails."""
    with tempfile.TemporaryFile() as out:
        start = time.monotonic()
        process = subprocess.Popen(command, env=dict(env), cwd=cwd, stdout=out, stderr=subprocess.STDOUT)
        peak = 0.0
        try:
            while not _ended(process):
                if time.monotonic() - start > timeout:
                    sys.exit(f"not done after {timeout:.0f} s: {' '.join(command)}")
                peak = max(peak, _held(process.pid))
            seconds = time.monotonic() - start
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        out.seek(0)
        text = out.read().decode(errors="replace")
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{text[-5000:]}")
    return Measured(seconds, peak / 2**20), text


def _ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(SAMPLE_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _held(pid: int) -> float:
    total = 0.0
    try:
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            try:
                total += process.memory_full_info().pss if sys.platform == "linux" else process.memory_info().rss
            except psutil.Error:
                continue  # it ended between the two calls
    except psutil.Error:
        return total
    return total


def machine() -> str:
    """The size of this machine, for people who compare tables."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {sys.platform}"
