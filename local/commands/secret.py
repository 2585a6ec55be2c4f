"""``secret``: keep a secret of the user's own, read from standard input."""

import argparse
import getpass
import sys

from local import secrets
from local.commands import environments
from local.errors import LocalError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which one. The value is never an argument: those can be seen by everybody."""
    parser.add_argument("--env", default=environments.LOCAL, help="environment; default: local")
    parser.add_argument("--name", required=True, help="the secret's name, as services refer to it")


def run(options: argparse.Namespace) -> int:
    """Keep it; one newline at the end is not part of it."""
    try:
        value = getpass.getpass("value: ") if sys.stdin.isatty() else sys.stdin.read()
    except (EOFError, UnicodeDecodeError) as error:
        raise LocalError(f"cannot read the value from standard input: {error}") from None
    secrets.store(options.env, options.name, value.removesuffix("\n"))
    print(f"kept '{options.name}' of '{options.env}'; the next 'make up' deploys it")
    return 0
