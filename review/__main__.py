"""``python -m review COMMAND``: what the Makefile and the workflows call."""

import argparse
import importlib
import sys

from foxden.errors import InvalidInput
from local.errors import LocalError
from review.findings import Exit

COMMANDS = {
    "policy": ("review.policy", "preview an environment with the policy pack, and write the reports"),
    "parity": ("review.standing", "say how the environments differ, without a preview"),
    "comment": ("review.comment", "put a report onto a pull request, in place of the last one"),
}
"""Command -> (module with ``add_arguments(parser)`` and ``run(options) -> int``, what it does)."""


def main(arguments: list[str]) -> int:
    """Run one command; returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m review", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (module, summary) in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary)
        if name in arguments:
            loaded = importlib.import_module(module)
            loaded.add_arguments(sub)
            sub.set_defaults(run=loaded.run)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except (LocalError, InvalidInput) as error:
        print(f"error: {error}", file=sys.stderr)
        return int(Exit.UNKNOWN)
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
