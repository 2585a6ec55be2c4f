"""The environments' choices: ``Pulumi.<environment>.yaml`` in the checkout, with inheritance resolved.

Read by the commands and by ``stacks``: nothing here needs Pulumi, a cluster or a network.
"""

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from local.errors import LocalError
from local.paths import REPO

PREFIX = "foxden:"
"""What the keys below ``config:`` begin with; other keys are Pulumi's and its providers'."""

OWN_ONLY = ("created", "expires", "owner", "inherits")
"""Facts of one environment, never inherited."""

_NAME = re.compile(r"[a-z](-?[a-z0-9])*\Z")
_LONGEST_NAME = 20
_SALT = re.compile(rb"^encryptionsalt:.*(?:\n|\Z)", re.MULTILINE)
_ENCRYPTED = re.compile(rb"\bsecure:\s")


def stack_file(env: str, root: Path = REPO) -> Path:
    """The file of an environment, there or not; LocalError when ``env`` is no name for one."""
    if len(env) > _LONGEST_NAME or not _NAME.match(env):
        raise LocalError(
            f"an environment's name is at most {_LONGEST_NAME} lower-case letters, digits and single hyphens, "
            f"a letter first, got {env!r}"
        )
    return root / f"Pulumi.{env}.yaml"


def environments(root: Path = REPO) -> list[str]:
    """The names of all environments that have a file, sorted."""
    names = (file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in root.glob("Pulumi.*.yaml"))
    return sorted(name for name in names if len(name) <= _LONGEST_NAME and _NAME.match(name))


def lineage(env: str, root: Path = REPO) -> list[str]:
    """The environment, the one it inherits from, that one's base and so on: the last one's cluster is used.

    Raises LocalError for a missing file, a missing base, or a circle.
    """
    names: list[str] = []
    name: str | None = env
    while name is not None:
        if name in names:
            circle = " -> ".join([*names[names.index(name) :], name])
            raise LocalError(f"environment '{env}': foxden:inherits goes in a circle: {circle}")
        below = names[-1] if names else None
        names.append(name)
        name = _base(name, _own(name, root, below))
    return names


def values(env: str, root: Path = REPO) -> dict[str, Any]:
    """The choices of an environment, by key without ``foxden:``, what it inherits included.

    Its own choices win; mappings (``services``, ``endpoints``) are merged key by key at every depth. The ``OWN_ONLY``
    keys are never inherited. An inherited ``domain`` gets the environment's name in front (``demo.foxden.localhost``),
    for two environments on one cluster can't share one. Raises LocalError as :func:`lineage` does, and for a file that
    is not YAML or not of this form.
    """
    below: dict[str, Any] = {}
    for name in reversed(lineage(env, root)):
        own = _own(name, root)
        kept = {key: value for key, value in below.items() if key not in OWN_ONLY}
        if isinstance(kept.get("domain"), str):
            kept["domain"] = f"{name}.{kept['domain']}"
        below = _merged(kept, own)
    return below


def without_salt(content: bytes) -> bytes:
    """A stack file's content without the ``encryptionsalt`` line that Pulumi writes; all else as it was.

    It stays where the file has encrypted values, which can't be read without it.
    """
    return content if _ENCRYPTED.search(content) else _SALT.sub(b"", content)


def strip_salt(env: str, root: Path = REPO) -> None:
    """Take Pulumi's ``encryptionsalt`` line out of an environment's file.

    Pulumi keeps the same value in its state and reads it from there; one of an earlier stack of this name would make
    it refuse the passphrase. Nothing happens when there is no such line or no file.
    """
    file = stack_file(env, root)
    try:
        content = file.read_bytes()
        if (clean := without_salt(content)) != content:
            file.write_bytes(clean)
    except FileNotFoundError:
        return
    except OSError as error:
        raise LocalError(f"cannot clean {file}: {error}") from None


def _own(env: str, root: Path, inheriting: str | None = None) -> dict[str, Any]:
    """One file's keys below ``config:`` that are ours, without the prefix."""
    file = stack_file(env, root)
    try:
        content = yaml.safe_load(file.read_text())
    except FileNotFoundError:
        if inheriting:
            raise LocalError(f"environment '{inheriting}' inherits from '{env}', but there is no {file}") from None
        known = ", ".join(environments(root)) or "none"
        raise LocalError(f"no environment '{env}': there is no {file} (there are: {known})") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LocalError(f"cannot read {file}: {error}") from None
    config = (content or {}).get("config") if isinstance(content, dict | None) else content
    if not isinstance(config, dict | None):
        raise LocalError(f"{file}: must be a mapping with one called 'config' in it")
    return {
        str(key).removeprefix(PREFIX): _plain(value)
        for key, value in (config or {}).items()
        if str(key).startswith(PREFIX) and value is not None
    }


def _base(env: str, own: Mapping[str, Any]) -> str | None:
    base = own.get("inherits")
    if base is not None and not isinstance(base, str):
        raise LocalError(f"environment '{env}': foxden:inherits must be the name of an environment, got {base!r}")
    return base


def _plain(value: Any) -> Any:
    """A time without quotes is one to YAML, and a string to everybody else."""
    if isinstance(value, datetime.datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
        return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        known = result.get(key)
        result[key] = _merged(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return result
