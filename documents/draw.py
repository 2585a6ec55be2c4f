"""``make graph``: what a stack registers, drawn into ``docs/graphs/<stack>.svg``."""

import argparse
import subprocess
import sys
from pathlib import Path

from documents.compose import STACKS
from documents.graph import graph
from local.paths import REPO

PLACE = REPO / "docs" / "graphs"
PROGRAM = Path(sys.executable).with_name("graphviz-pure")
"""Beside the interpreter that it is installed for."""


def drawn(stack: str) -> str:
    """The picture of a stack, as SVG: the same on every machine."""
    text = graph(STACKS[stack]())
    return subprocess.run(
        [PROGRAM, "-Tsvg"], input=text, capture_output=True, text=True, timeout=120, check=True
    ).stdout


def main(arguments: list[str]) -> None:
    """Draw one stack, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m documents.draw", description=__doc__)
    parser.add_argument("--stack", choices=sorted(STACKS), help="default: all")
    stack = parser.parse_args(arguments).stack
    for name in [stack] if stack else STACKS:
        file = PLACE / f"{name}.svg"
        file.parent.mkdir(exist_ok=True)
        file.write_text(drawn(name))
        print(file.relative_to(REPO))


if __name__ == "__main__":
    main(sys.argv[1:])
