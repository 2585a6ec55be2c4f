"""``schema``: write down what other languages are told of the components, as the engine gets it from their plugin."""

import argparse
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local import shell
from local.commands.report import say
from local.errors import LocalError
from local.paths import REPO
from local.toolchain.sets import CONTEXT

FOLDER = REPO / "components"
FILE = FOLDER / "schema.json"
_WITHIN = 120.0
"""Seconds for the question: it takes two."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``schema`` takes no options."""


def run(options: argparse.Namespace) -> int:
    """Ask, and write the file."""
    text = schema()
    changed = not FILE.exists() or FILE.read_text() != text
    FILE.write_text(text)
    say(f"{FILE.relative_to(REPO)} {'is new: look at its diff' if changed else 'is as it was'}")
    return 0


def schema(env: Mapping[str, str] | None = None, folder: Path = FOLDER) -> str:
    """The package's schema as the engine has it; LocalError when the plugin does not start.

    ``env`` is that of the engine, by default the one of this checkout.
    """
    chosen = dict(env) if env else _environment()
    command = [str(shell.tool("pulumi")), "package", "get-schema", str(folder)]
    done = subprocess.run(command, cwd=folder, env=chosen, capture_output=True, text=True, timeout=_WITHIN)
    if done.returncode:
        raise LocalError(f"no schema of {folder}:\n{done.stderr.strip() or done.stdout.strip()}")
    return json.dumps(json.loads(done.stdout), indent=2, ensure_ascii=False) + "\n"


def _environment() -> dict[str, str]:
    """The shell's, for the engine alone: no other tool is needed."""
    changes = shell.exports(os.environ, CONTEXT)
    kept = {name: value for name, value in os.environ.items() if name not in changes}
    return kept | {name: value for name, value in changes.items() if value is not None}
