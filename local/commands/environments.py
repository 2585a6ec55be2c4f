"""The environments of this machine's cluster: their files, which of them were deployed, and until when they live."""

import getpass
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from local.agents import ClusterShape
from local.commands.clock import iso, now, parse_time
from local.errors import LocalError
from local.paths import REPO, state_dir
from local.secrets import forget as forget_secrets
from local.stackfiles import PREFIX, environments, lineage, stack_file, values
from local.toolchain.layout import write_atomically

LOCAL = "local"
"""The environment that a cluster on this machine belongs to; special-purpose ones inherit from it."""

_CLUSTERS_OWN = "default"

_MADE = "# Made by 'make up ENV={env}', and removed by 'make down ENV={env}'. Take this line out to keep the file.\n"
_EXPIRES = re.compile(rf"^(\s*){PREFIX}expires:.*$", re.MULTILINE)


@dataclass(frozen=True)
class Life:
    """From when until when an environment is to live."""

    created: datetime
    expires: datetime | None

    def over(self, moment: datetime) -> bool:
        """Whether its time has passed."""
        return self.expires is not None and self.expires <= moment


def prepare(env: str, ttl: timedelta | None, root: Path = REPO, base: str = LOCAL) -> None:
    """See to it that an environment has a file and can be on the cluster of ``base``, usually this machine's.

    A special-purpose one without a file gets one of a few lines, which ``release`` removes again. A ``ttl`` counts
    from now, and moves the end of one that is there already. Raises LocalError for an environment that belongs
    elsewhere, and for a ttl where the file is the user's own.
    """
    file = stack_file(env, root)
    if env == _CLUSTERS_OWN:
        raise LocalError(f"'{env}' is the cluster's own namespace: give the environment another name")
    if env == LOCAL:
        if ttl:
            raise LocalError("TTL is for special-purpose environments: make up ENV=<name> TTL=<time>")
    elif not file.exists():
        file.write_text(_new_file(env, ttl, base))
    elif ttl:
        if not is_made(env, root):
            raise LocalError(f"{file.name} is your own: set {PREFIX}expires there instead of TTL")
        file.write_text(_with_expiry(file.read_text(), now() + ttl))
    if lineage(env, root)[-1] != base:
        where = "this machine's cluster" if base == LOCAL else f"the cluster of '{base}'"
        raise LocalError(
            f"environment '{env}' does not live on {where}: that takes '{PREFIX}inherits: {base}' in {file.name}"
        )


def _new_file(env: str, ttl: timedelta | None, base: str) -> str:
    facts = {"inherits": base, "created": iso(now()), "owner": getpass.getuser()}
    if ttl:
        facts["expires"] = iso(now() + ttl)
    lines = (f'  {PREFIX}{key}: "{value}"\n' for key, value in facts.items())
    return _MADE.format(env=env) + "config:\n" + "".join(lines)


def _with_expiry(text: str, moment: datetime) -> str:
    line = f'{PREFIX}expires: "{iso(moment)}"'
    if _EXPIRES.search(text):
        return _EXPIRES.sub(rf"\g<1>{line}", text)
    return f"{text.rstrip()}\n  {line}\n"


def is_made(env: str, root: Path = REPO) -> bool:
    """Whether an environment's file was made by ``prepare`` and not adopted by the user since."""
    file = stack_file(env, root)
    return file.exists() and file.read_text().startswith(_MADE.format(env=env))


def release(env: str, root: Path = REPO) -> None:
    """Forget an environment: its record, its secrets, and the file if ``prepare`` made it."""
    if is_made(env, root):
        stack_file(env, root).unlink()
    forget_secrets(env)
    unrecord(env)


def unrecord(env: str) -> None:
    """Note that an environment is not on the cluster any more."""
    _record(env).unlink(missing_ok=True)


def shape(root: Path = REPO) -> ClusterShape:
    """The size of this machine's cluster, as the file of ``local`` has it. Raises LocalError for a bad number."""
    servers = values(LOCAL, root).get("servers", 1)
    return ClusterShape(int(servers) if str(servers).isdecimal() else servers)


def record(env: str) -> None:
    """Note that an environment is about to be deployed, and when that was first so."""
    if not _record(env).exists():
        write_atomically(_record(env), json.dumps({"created": iso(now())}) + "\n")


def recorded() -> list[str]:
    """The environments that are on the cluster, or were about to be; those that others are based on come last."""
    names = sorted(path.stem for path in (state_dir() / "environments").glob("*.json"))
    return sorted(names, key=lambda name: name == LOCAL)


def life(env: str, root: Path = REPO) -> Life:
    """Since when and until when. The file's word counts; without one, the time of the first deployment."""
    facts: dict[str, Any] = values(env, root) if env in environments(root) else {}
    created = facts.get("created") or _first_deployed(env)
    expires = facts.get("expires")
    return Life(
        created=parse_time(created, f"{PREFIX}created of '{env}'"),
        expires=parse_time(expires, f"{PREFIX}expires of '{env}'") if expires else None,
    )


def _first_deployed(env: str) -> str:
    try:
        return str(json.loads(_record(env).read_text())["created"])
    except (OSError, ValueError, KeyError, TypeError):
        return iso(now())


def _record(env: str) -> Path:
    stack_file(env)
    return state_dir() / "environments" / f"{env}.json"
