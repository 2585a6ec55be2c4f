"""How long ``make up`` takes: from nothing with all tools there, and again with no change."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping

from bench.measure import run
from local.paths import REPO


def schedulers() -> list[str]:
    """Those that this machine can run: a Kubernetes takes root on Linux."""
    return ["nomad", *["kubernetes"] * (sys.platform.startswith("linux") and os.geteuid() == 0)]


def make_up(env: Mapping[str, str], scheduler: str) -> tuple[float, float]:
    """Seconds of a first and of a second ``make up``, in a state directory of their own."""
    with tempfile.TemporaryDirectory(prefix="foxden-bench-") as scratch:
        own = {**env, "FOXDEN_STATE": f"{scratch}/state"}
        try:
            first, _ = run(["make", "up", f"SCHEDULER={scheduler}"], own, REPO)
            second, _ = run(["make", "up"], own, REPO)
        finally:
            subprocess.run(["make", "down"], env=own, cwd=REPO, check=True, capture_output=True, timeout=300)
    return first.seconds, second.seconds
