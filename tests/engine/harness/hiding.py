"""A known secret is looked for wherever it must not be."""

import base64
import json
import stat
from collections.abc import Iterable
from pathlib import Path

from tests.engine.harness.command import Done, Running
from tests.engine.harness.leftovers import content, files_below
from tests.engine.harness.site import Site
from tests.engine.harness.watching import CommandLines

_PUBLIC = ("pulumi", "logs", "artifacts", "pulumi-work", "pulumi-home", "environments")


def stored(site: Site, name: str, value: str) -> Done:
    """``secret``, with the value on standard input."""
    words = site.words(".venv/bin/python", "-m", "local", "secret", "--name", name)
    with Running(words, site.checkout, site.env, stdin=f"{value}\n") as running:
        done = running.wait(30)
    assert done.code == 0, done
    return done


def forms(value: str) -> list[str]:
    """As it is, and encoded."""
    return [value, base64.b64encode(value.encode()).decode(), json.dumps(value)[1:-1]]


def passphrase(site: Site) -> str:
    """What Pulumi's state is encrypted with."""
    return (site.config / "passphrase").read_text().strip()


def not_said(needle: str, said: Iterable[Done]) -> None:
    """No command has shown it."""
    for done in said:
        assert needle not in done.output, f"{done.command} shows a secret"


def not_in_files(site: Site, needle: str, logs: Iterable[Path]) -> None:
    """Pulumi's state, all logs, what was built: everything but the private files and the cluster's own data.

    ``logs``: where those of instances are.
    """
    found = files_below(site.checkout, *(site.state / name for name in _PUBLIC), *logs)
    files = [path for path in found if path.is_file() and ".venv" not in path.parts]
    state = site.state / "pulumi/.pulumi/stacks/foxden/local.json"
    assert state in files, f"{state} was not looked into: the test is blind"
    holding = [str(file) for file in files if needle.encode() in content(file)]
    assert not holding, f"a secret is in {holding}"


def not_in_command_lines(needle: str, seen: CommandLines) -> None:
    """Whoever looked at the machine's processes has not seen it."""
    assert seen.holding("pulumi"), "the command lines of pulumi were not seen: the test is blind"
    assert not seen.holding(needle), f"a secret is in a command line of {seen.holding(needle)}"


def for_its_user_alone(files: Iterable[Path]) -> None:
    """Each is of mode 0600."""
    for file in files:
        mode = stat.S_IMODE(file.stat().st_mode)
        assert mode == 0o600, f"{file} has mode {mode:04o}"
