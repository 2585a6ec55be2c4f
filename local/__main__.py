"""``python -m local COMMAND``: what the Makefile's targets call."""

import argparse
import importlib
import os
import sys

from local.errors import LocalError

COMMANDS = {
    "tools": ("local.toolchain.command", "get the pinned tools and plugins into the cache"),
    "env": ("local.shell", "print the exports for using pulumi by hand"),
    "up": ("local.commands.up", "start the agents and deploy an environment"),
    "down": ("local.commands.down", "take an environment, or everything, away"),
    "status": ("local.commands.status", "show the environments and their services"),
    "logs": ("local.commands.logs", "show the last log lines of a service"),
    "reap": ("local.commands.reap", "take away the environments whose time is over"),
    "connect": ("local.commands.connect", "bring the APIs of a cloud cluster to this machine"),
    "pin-image": ("local.commands.pin_image", "put the latest machine image into an environment's file"),
    "pin-checksums": ("local.commands.pin_checksums", "put checksums of nodes' programs into an environment's file"),
    "simulate": ("local.commands.simulate", "bring an environment up on a simulated AWS, audit it, take it away"),
    "audit": ("local.commands.audit", "judge what an environment consists of by its state"),
    "schema": ("local.commands.schema", "write components/schema.json, which other languages know the components by"),
    "secret": ("local.commands.secret", "keep a secret, read from standard input"),
}
"""Command -> (module with ``add_arguments(parser)`` and ``run(options) -> int``, what it does)."""


def main(arguments: list[str]) -> int:
    """Run one command; returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    # Only the chosen command's module is imported: `env` must stay quick, and `tools` runs before the rest can.
    chosen = next((word for word in arguments if word in COMMANDS), None)
    for name, (module, summary) in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary)
        if name == chosen:
            loaded = importlib.import_module(module)
            loaded.add_arguments(sub)
            sub.set_defaults(run=loaded.run)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except LocalError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever was reading has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
