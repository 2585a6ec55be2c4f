"""``make bench``: all measurements, as Markdown tables."""

import os

from bench.imports import beyond_pulumi
from bench.make_up import make_up, schedulers
from bench.measure import machine
from bench.preview import POOLS, SERVICES, Compared, Series, compare
from local.shell import environment
from local.simulate.cloud import running, without_aws
from local.toolchain import aws

REGION = "eu-central-1"
"""Where the clusters of the previews would be."""


def main() -> None:
    """Measure and print."""
    env = environment()
    print(f"Measured on {machine()}; each row is the median of pairs of runs, in turn.\n", flush=True)
    print(preview_table(SERVICES, compare(SERVICES, env)), flush=True)
    print(flush=True)
    aws.ensure()
    with running() as cloud:
        print(preview_table(POOLS, compare(POOLS, {**without_aws(env), **cloud.environment(REGION)})), flush=True)
    print(f"\n`import foxden` beyond `import pulumi`: {beyond_pulumi(env) * 1000:.0f} ms", flush=True)
    for scheduler in schedulers():
        first, second = make_up(dict(os.environ), scheduler)
        again = f"again with no change: {second:.1f} s"
        print(
            f"\n`make up` on {scheduler}, tools there, from nothing to all healthy: {first:.1f} s; {again}", flush=True
        )


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
