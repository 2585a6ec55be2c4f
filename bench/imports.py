"""How long ``import foxden`` takes beyond ``import pulumi``."""

import statistics
import sys
from collections.abc import Mapping

from bench.measure import run
from local.paths import REPO

RUNS = 15


def beyond_pulumi(env: Mapping[str, str]) -> float:
    """Seconds: the median of the differences of pairs of runs, each in a new interpreter."""
    return statistics.median(_seconds("foxden", env) - _seconds("pulumi", env) for _ in range(RUNS))


def _seconds(module: str, env: Mapping[str, str]) -> float:
    code = f"import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"
    # Compiled files as an installed package has them: compiling is not what is measured here.
    _, text = run([sys.executable, "-c", code], {**env, "PYTHONDONTWRITEBYTECODE": ""}, REPO)
    return float(text)
