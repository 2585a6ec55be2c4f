"""The secrets of local environments: random values, made once, in a file of mode 0600 below the state directory."""

import json
import re
import secrets as randomness
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from filelock import FileLock, Timeout

from local.errors import LocalError
from local.paths import state_dir
from local.stackfiles import stack_file
from local.toolchain.layout import write_atomically

_LOCK_WAIT = 20.0
_BYTES = 32
_NAME = re.compile(r"[a-z0-9]+(?:[-/][a-z0-9]+)*\Z")
_LONGEST_NAME = 100


def ensure(env: str, names: Iterable[str]) -> dict[str, str]:
    """The values of these secrets of an environment; those that are missing are made up now and kept.

    Safe with two runs at once: both get the same values. Raises LocalError when the file can't be read or written.
    """
    wanted = sorted(set(names))
    with _lock(env):
        known = _read(env)
        missing = [name for name in wanted if name not in known]
        if missing:
            known |= {name: randomness.token_urlsafe(_BYTES) for name in missing}
            _write(env, known)
    return {name: known[name] for name in wanted}


def kept(env: str, name: str) -> str:
    """The value of a secret that somebody gave. Raises LocalError where there is none."""
    with _lock(env):
        known = _read(env)
    if name not in known:
        raise LocalError(
            f"environment '{env}' has no secret '{name}': give it with 'make secret NAME={name} ENV={env}'"
        )
    return known[name]


def store(env: str, name: str, value: str) -> None:
    """Keep a value of the user's own under a name. Raises LocalError for a bad name or an empty value."""
    if len(name) > _LONGEST_NAME or not _NAME.match(name):
        raise LocalError(f"a secret's name is lower-case letters and digits, joined by '-' or '/', got {name!r}")
    if not value:
        raise LocalError(f"secret '{name}': the value on standard input is empty")
    with _lock(env):
        _write(env, {**_read(env), name: value})


def secrets_file(env: str) -> Path:
    """Where an environment's secrets lie; LocalError when ``env`` is no environment's name."""
    stack_file(env)
    return state_dir() / "secrets" / f"{env}.json"


def forget(env: str) -> None:
    """Remove an environment's secrets, if there are any."""
    secrets_file(env).unlink(missing_ok=True)


def _lock(env: str) -> AbstractContextManager[object]:
    file = secrets_file(env)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return FileLock(file.with_name(f".{env}.lock"), timeout=_LOCK_WAIT).acquire()
    except Timeout:
        raise LocalError(
            f"another process has been writing {file} for {_LOCK_WAIT:.0f} s: end it and try again"
        ) from None
    except OSError as error:
        raise LocalError(f"cannot keep secrets in {file.parent}: {error}") from None


def _read(env: str) -> dict[str, str]:
    file = secrets_file(env)
    try:
        values = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise LocalError(f"cannot read the secrets in {file} ({type(error).__name__}): mend or remove it") from None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise LocalError(f"{file} must map names to strings: mend or remove it")
    return values


def _write(env: str, values: dict[str, str]) -> None:
    try:
        write_atomically(secrets_file(env), json.dumps(values, indent=2, sort_keys=True) + "\n", mode=0o600)
    except OSError as error:
        raise LocalError(f"cannot write the secrets to {secrets_file(env)}: {error}") from None
