"""How long ``make up`` takes: from nothing with all tools there, and again with no change."""

import subprocess
import tempfile
from collections.abc import Mapping

from bench.measure import run
from local.paths import REPO


def make_up(env: Mapping[str, str]) -> tuple[float, float]:
    """Seconds of a first and of a second ``make up``, in a state directory of their own."""
    with tempfile.TemporaryDirectory(prefix="foxden-bench-") as scratch:
        own = {**env, "FOXDEN_STATE": f"{scratch}/state"}
        try:
            first, _ = run(["make", "up"], own, REPO)
            second, _ = run(["make", "up"], own, REPO)
        finally:
            subprocess.run(["make", "down"], env=own, cwd=REPO, check=True, capture_output=True, timeout=300)
    return first.seconds, second.seconds
