"""``make bench``: all measurements, as Markdown tables."""

import os
import tempfile
from collections.abc import Iterator, Mapping
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
    env = environment()
    print(f"Measured on {machine()}; each row is the median of pairs of runs, in turn.\n", flush=True)
    print(preview_table(SERVICES["nomad"], compare(SERVICES["nomad"], env)), flush=True)
    print(flush=True)
    with api_server() as found:
        print(preview_table(SERVICES["kubernetes"], compare(SERVICES["kubernetes"], {**env, **found})), flush=True)
    print(f"\n{render_table()}\n", flush=True)
    print(f"{state_table()}\n\n{engine_table(env)}\n", flush=True)
    aws.ensure()
    with running() as cloud:
        print(preview_table(POOLS, compare(POOLS, {**without_aws(env), **cloud.environment(REGION)})), flush=True)
    print(f"\n`import foxden` beyond `import pulumi`: {beyond_pulumi(env) * 1000:.0f} ms", flush=True)
    print("\n| `make up`, tools there | from nothing until all answer | again with no change |\n| --- | --- | --- |")
    for scheduler in schedulers():
        first, second = make_up(dict(os.environ), scheduler)
        print(f"| {scheduler} | {first:.1f} s | {second:.1f} s |", flush=True)


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
