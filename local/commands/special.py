"""Special-purpose environments on a cluster of a cloud: a few lines, and one command each to have one and to end it."""

import os
import socket
from pathlib import Path

from local.agents.progress import Progress
from local.commands import environments
from local.commands.clock import now
from local.commands.cloud_site import Site, site
from local.commands.pulumi_cli import Pulumi
from local.commands.report import say
from local.errors import LocalError
from local.paths import REPO
from local.stackfiles import environments as with_files
from local.stackfiles import lineage, stack_file, values

_DESTROYED_WITHIN = 900.0


def home(env: str, base: str | None, root: Path = REPO) -> str:
    """The environment whose cluster ``env`` is on, or would be on if it were made on ``base``."""
    if stack_file(env, root).exists():
        found = lineage(env, root)[-1]
        if base and base not in lineage(env, root):
            raise LocalError(f"environment '{env}' is on the cluster of '{found}', and can't be moved to '{base}'")
        return found
    return lineage(base, root)[-1] if base and base != environments.LOCAL else environments.LOCAL


def up(env: str, progress: Progress, root: Path = REPO) -> None:
    """Deploy it, and say where it answers."""
    _reached(env, root)
    pulumi = Pulumi(env, progress.step)
    changed = pulumi.up().changed
    progress.step(f"'{env}' is deployed, with {changed} change{'' if changed == 1 else 's'}")
    for service, url in sorted((pulumi.output("urls") or {}).items()):
        say(f"{service:<16}{url or '-'}")


def down(env: str, progress: Progress, root: Path = REPO) -> None:
    """Take it away; the cluster stays."""
    _reached(env, root)
    Pulumi(env, progress.step).destroy(_DESTROYED_WITHIN)
    environments.release(env, root)
    progress.step(f"'{env}' is gone")


def expired(root: Path = REPO) -> list[str]:
    """Those whose time is over, as their files say."""
    found = []
    for env in with_files(root):
        elsewhere = lineage(env, root)[-1] not in (env, environments.LOCAL)
        if elsewhere and values(env, root).get("expires") and environments.life(env, root).over(now()):
            found.append(env)
    return found


def _reached(env: str, root: Path) -> Site:
    """The cluster, when all is there that it takes to deploy onto it. Raises LocalError that says what is missing."""
    found = site(env, root)
    if found.environment == env:
        raise LocalError(f"'{env}' has a cluster of its own: use 'pulumi up -s {env}', as docs/runbook.md says")
    if not os.environ.get("PULUMI_BACKEND_URL"):
        raise LocalError(
            f"set PULUMI_BACKEND_URL to where Pulumi keeps the state of '{found.environment}': that of a cluster which "
            "others share is not kept in this checkout"
        )
    for name, forward in found.forwards.items() if not found.choices.get("api") else ():
        with socket.socket() as probe:
            probe.settimeout(2)
            if probe.connect_ex(("127.0.0.1", forward.here)):
                raise LocalError(
                    f"{name.capitalize()} does not answer at {forward.url}: run 'make connect "
                    f"STACK={found.environment}' in another terminal"
                )
    return found
