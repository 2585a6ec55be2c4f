"""``make bench``: all measurements, as Markdown tables."""

import os

from bench.imports import beyond_pulumi
from bench.make_up import make_up
from bench.measure import machine
from bench.preview import Compared, compare
from local.shell import environment


def main() -> None:
    """Measure and print."""
    env = environment()
    print(f"Measured on {machine()}; each row is the median of pairs of runs, in turn.\n", flush=True)
    rows = compare(env)
    print(preview_table(rows), flush=True)
    print(f"\n`import foxden` beyond `import pulumi`: {beyond_pulumi(env) * 1000:.0f} ms", flush=True)
    first, second = make_up(dict(os.environ))
    print(f"\n`make up` from nothing, tools there, to all healthy: {first:.1f} s; again with no change: {second:.1f} s")


def preview_table(rows: list[Compared]) -> str:
    """The table of previews, with what one service costs more at each size."""
    lines = [
        "| services | resources | library | raw | time, library : raw | memory | per service |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        lines.append(
            f"| {row.services} | {row.resources} | {row.library.seconds:.2f} s, {row.library.peak_mib:.0f} MiB "
            f"| {row.raw.seconds:.2f} s, {row.raw.peak_mib:.0f} MiB | {row.time_ratio:.2f} | {row.memory_ratio:.2f} "
            f"| {row.library.seconds / row.services * 1000:.1f} ms |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
