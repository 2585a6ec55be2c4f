"""Time and memory of a preview of N things: through the library, and of the same resources registered raw."""

import json
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from bench.measure import Measured, run
from bench.record import recorded
from local.paths import REPO


@dataclass(frozen=True)
class Series:
    """Previews of one program of the library's, of growing size."""

    program: str
    """Its folder; it makes as many things as ENV BENCH_SIZE says."""
    things: str
    sizes: Mapping[int, int]
    """Number of things to number of counted pairs of runs."""
    env: Mapping[str, str] = field(default_factory=dict)
    """What the program is told beyond its size."""

    def up_to(self, largest: int) -> "Series":
        """The same without larger sizes."""
        return replace(self, sizes={size: pairs for size, pairs in self.sizes.items() if size <= largest})


SERVICES = {
    "nomad": Series("library", "services on Nomad", {10: 5, 100: 5, 500: 3, 1000: 3}, {"BENCH_SCHEDULER": "nomad"}),
    "kubernetes": Series(
        "library", "services on Kubernetes", {10: 3, 100: 3, 1000: 1}, {"BENCH_SCHEDULER": "kubernetes"}
    ),
}
POOLS = Series("pools", "pools", {1: 5, 10: 5, 50: 3})


@dataclass(frozen=True)
class Compared:
    """The medians of both programs for one size."""

    size: int
    resources: int
    library: Measured
    raw: Measured
    time_ratio: float
    """Median of the ratios of each pair of runs, library to raw."""
    memory_ratio: float


def compare(series: Series, base: Mapping[str, str]) -> list[Compared]:
    """Measure all sizes. ``base`` is the environment in which Pulumi works."""
    with _stacks(series, base) as (env, scratch):
        return [_compare(series.program, size, pairs, env, scratch) for size, pairs in series.sizes.items()]


def judged(series: Series, size: int, base: Mapping[str, str], pack: Sequence[str]) -> tuple[int, float, float]:
    """How many resources a preview registers, and its seconds without and with a policy pack."""
    with _stacks(series, base) as (env, _):
        sized = {**env, "BENCH_SIZE": str(size)}
        _, text = _preview(series.program, sized, "--json")
        count = len(recorded(json.loads(text[text.index("{") :])["steps"]))
        pairs = [(_preview(series.program, sized)[0], _preview(series.program, sized, *pack)[0]) for _ in range(3)]
    without, both = (statistics.median(each.seconds for each in side) for side in zip(*pairs, strict=True))
    return count, without, both


@contextmanager
def _stacks(series: Series, base: Mapping[str, str]) -> Iterator[tuple[dict[str, str], Path]]:
    """Empty stacks of both programs, gone afterwards: the environment for Pulumi, and a directory to write in."""
    with tempfile.TemporaryDirectory(prefix="foxden-bench-") as scratch:
        (Path(scratch) / "pulumi").mkdir()
        env = {**base, **series.env, "PULUMI_BACKEND_URL": f"file://{scratch}/pulumi", "PYTHONPATH": str(REPO)}
        for program in (series.program, "raw"):
            run(["pulumi", "stack", "init", "bench", "--non-interactive"], env, REPO / "bench" / program)
        try:
            yield env, Path(scratch)
        finally:
            for program in (series.program, "raw"):
                (REPO / "bench" / program / "Pulumi.bench.yaml").unlink(missing_ok=True)


def _compare(program: str, size: int, pairs: int, env: Mapping[str, str], scratch: Path) -> Compared:
    record = scratch / f"{size}.json"
    sized = {**env, "BENCH_SIZE": str(size), "BENCH_RECORD": str(record)}
    _, text = _preview(program, sized, "--json")
    resources = recorded(json.loads(text[text.index("{") :])["steps"])
    record.write_text(json.dumps([asdict(resource) for resource in resources]))
    _preview("raw", sized)
    runs = [(_preview(program, sized)[0], _preview("raw", sized)[0]) for _ in range(pairs)]
    return Compared(
        size=size,
        resources=len(resources),
        library=_median([library for library, _ in runs]),
        raw=_median([raw for _, raw in runs]),
        time_ratio=statistics.median(library.seconds / raw.seconds for library, raw in runs),
        memory_ratio=statistics.median(library.peak_mib / raw.peak_mib for library, raw in runs),
    )


def _preview(program: str, env: Mapping[str, str], *more: str) -> tuple[Measured, str]:
    command = ["pulumi", "preview", "-s", "bench", "--non-interactive", *more]
    return run(command, env, REPO / "bench" / program)


def _median(runs: list[Measured]) -> Measured:
    return Measured(
        statistics.median(measured.seconds for measured in runs),
        statistics.median(measured.peak_mib for measured in runs),
    )
