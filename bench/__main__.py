"""``make bench``: all measurements, as Markdown tables."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.imports import beyond_pulumi
from bench.make_up import make_up, schedulers
from bench.measure import machine
from bench.policies import engine_table, state_table
from bench.preview import POOLS, SERVICES, Compared, Series, compare
from bench.render import SIZES, rendering
from local.shell import environment
from local.simulate.cloud import running, without_aws
from local.toolchain import aws
from tests.engine.plugins.kubernetes import control_plane

REGION = "eu-central-1"
"""Where the clusters of the previews would be."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Everything, as Markdown tables.")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this, and others named so; default: all")
    parser.add_argument("--largest", type=int, help="leave larger previews out; default: none")
    options = parser.parse_args()
    env = environment()
    print(f"Measured on {machine()}; each row is the median of pairs of runs, in turn.", flush=True)
    for part in options.part or PARTS:
        print(flush=True)
        for line in PARTS[part](env, options.largest or sys.maxsize):
            print(line, flush=True)


def _on_nomad(env: Mapping[str, str], largest: int) -> Iterator[str]:
    series = SERVICES["nomad"].up_to(largest)
    yield preview_table(series, compare(series, env))


def _on_kubernetes(env: Mapping[str, str], largest: int) -> Iterator[str]:
    series = SERVICES["kubernetes"].up_to(largest)
    with api_server() as found:
        yield preview_table(series, compare(series, {**env, **found}))


def _rendering(env: Mapping[str, str], largest: int) -> Iterator[str]:
    yield render_table()


def _policies(env: Mapping[str, str], largest: int) -> Iterator[str]:
    yield state_table()
    yield f"\n{engine_table(env)}"


def _pools(env: Mapping[str, str], largest: int) -> Iterator[str]:
    series = POOLS.up_to(largest)
    aws.ensure()
    with running() as cloud:
        yield preview_table(series, compare(series, {**without_aws(env), **cloud.environment(REGION)}))


def _imports(env: Mapping[str, str], largest: int) -> Iterator[str]:
    yield f"`import foxden` beyond `import pulumi`: {beyond_pulumi(env) * 1000:.0f} ms"


def _up(env: Mapping[str, str], largest: int) -> Iterator[str]:
    yield "| `make up`, tools there | from nothing until all answer | again with no change |\n| --- | --- | --- |"
    for scheduler in schedulers():
        first, second = make_up(dict(os.environ), scheduler)
        yield f"| {scheduler} | {first:.1f} s | {second:.1f} s |"


PARTS: Mapping[str, Callable[[Mapping[str, str], int], Iterator[str]]] = {
    "nomad": _on_nomad,
    "kubernetes": _on_kubernetes,
    "rendering": _rendering,
    "policies": _policies,
    "pools": _pools,
    "imports": _imports,
    "up": _up,
}
"""What can be measured by itself: with the environment that Pulumi works in, and the size above which none is."""


@contextmanager
def api_server() -> Iterator[Mapping[str, str]]:
    """A Kubernetes API that rehearses what a preview asks for, as ENV that says where it is."""
    with tempfile.TemporaryDirectory(prefix="foxden-bench-") as folder, control_plane.running(Path(folder)) as api:
        file = Path(folder) / "for-previews"
        file.write_text(api.kubeconfig())
        yield {"BENCH_KUBECONFIG": str(file)}


def render_table() -> str:
    """The table of renderings alone: what is checked and made of the services before Pulumi is told anything."""
    lines = [f"| services | {' | '.join(SERVICES)} |", f"|{' --- |' * (len(SERVICES) + 1)}"]
    for size in SIZES:
        cells = " | ".join(f"{rendering(scheduler, size) * 1000:.0f} ms" for scheduler in SERVICES)
        lines.append(f"| {size} | {cells} |")
    return "\n".join(lines)


def preview_table(series: Series, rows: list[Compared]) -> str:
    """The table of previews, with what one of the things costs at each size."""
    lines = [
        f"| {series.things} | resources | library | raw | time, library : raw | memory | each |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        lines.append(
            f"| {row.size} | {row.resources} | {row.library.seconds:.2f} s, {row.library.peak_mib:.0f} MiB "
            f"| {row.raw.seconds:.2f} s, {row.raw.peak_mib:.0f} MiB | {row.time_ratio:.2f} | {row.memory_ratio:.2f} "
            f"| {row.library.seconds / row.size * 1000:.1f} ms |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
