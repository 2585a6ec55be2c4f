"""Amazon's own command line, for what people do by hand: it signs in as they do, whichever way that is."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

from local.errors import LocalError

_WITHIN = 60.0
_INSTALL = "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
_INSTALL_SESSIONS = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
)


def program() -> str:
    """Where it is; LocalError when there is none."""
    return _located("aws", "the AWS command line", _INSTALL)


def session_plugin() -> str:
    """Where its plugin for sessions is; LocalError when there is none."""
    return _located("session-manager-plugin", "the Session Manager plugin of the AWS command line", _INSTALL_SESSIONS)


def _located(name: str, what: str, where: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise LocalError(f"'{name}' is missing: install {what} ({where})")
    return found


def call(region: str, *arguments: str, given: str | None = None) -> Any:
    """What a command answers, as data. ``given`` is its standard input: a secret goes there, never into arguments.

    Raises LocalError with its own words.
    """
    command = [program(), *arguments, "--region", region, "--output", "json"]
    try:
        done = subprocess.run(
            command, input=given, stdin=None if given else subprocess.DEVNULL, capture_output=True, text=True,
            timeout=_WITHIN, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise LocalError(f"{_named(arguments)} did not answer within {_WITHIN:.0f} s") from None
    if done.returncode:
        raise LocalError(f"{_named(arguments)} failed: {done.stderr.strip() or f'exit code {done.returncode}'}")
    try:
        return json.loads(done.stdout or "null")
    except ValueError:
        raise LocalError(f"{_named(arguments)} answered something else than JSON: {done.stdout[:200]!r}") from None


def _named(arguments: Sequence[str]) -> str:
    return f"'aws {' '.join(arguments[:2])}'"
