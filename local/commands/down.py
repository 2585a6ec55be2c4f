"""``down``: take an environment, or everything, away."""

import argparse
import json
import shutil
import time
from collections.abc import Collection
from pathlib import Path

from local.agents.cluster import load
from local.agents.progress import Progress
from local.commands import environments, special
from local.commands.backends import current, questions
from local.commands.pulumi_cli import Pulumi
from local.commands.pulumi_process import end_lost
from local.commands.report import retimed, say, started
from local.commands.session import LOCK, session
from local.errors import LocalError
from local.paths import state_dir
from local.stackfiles import environments as with_files
from local.stackfiles import strip_salt

_PROJECT = "foxden"
_DESTROYED_WITHIN = 120.0
_BACK_WITHIN = 15.0
_LOST_WITHIN = 10.0
_OURS = (
    "agents", "artifacts", "bin", "environments", "logs", "pulumi", "pulumi-home", "pulumi-work", "review", "secrets",
    "site", "terraform", "agents.lock", "artifacts.json", "cluster.json", "tools.json", LOCK,
)  # fmt: skip
"""All that is ever put into the state directory."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("--env", help="take only this environment away; default: all, the agents too")


def run(options: argparse.Namespace) -> int:
    """Do it; safe to repeat, and after a crash at any point."""
    with session():
        progress = started()
        if options.env:
            one(options.env, progress)
        else:
            here = environments.recorded()
            everything(progress)
            _remove_state(here)
            progress.step("everything is gone")
    return 0


def one(env: str, progress: Progress) -> None:
    """Take one environment away. Raises LocalError when that can't be done well."""
    if special.home(env, None) != environments.LOCAL:
        special.down(env, progress)
        return
    if env not in environments.recorded():
        environments.release(env)
        progress.step(f"'{env}' was not there")
        return
    others = [name for name in environments.recorded() if name != environments.LOCAL]
    if env == environments.LOCAL and others:
        names = ", ".join(others)
        raise LocalError(f"{names} is on the cluster of '{env}': take that away first, or all with 'make down'")
    if not _answers():
        raise LocalError(
            f"the cluster does not answer, so '{env}' can't be taken away: bring it back with 'make up', or take "
            "everything away with 'make down'"
        )
    Pulumi(env, progress.step).destroy(_DESTROYED_WITHIN)
    environments.release(env)
    progress.step(f"'{env}' is gone")


def everything(progress: Progress) -> None:
    """Take all environments, the agents and all their state away. What can't be done gently is done by force."""
    # It would go on writing into the state directory.
    if end_lost(_LOST_WITHIN):
        progress.step("ended what an earlier command had left at work")
    answers = _answers()
    for env in environments.recorded():
        if answers:
            _gently(env, progress)
        else:
            stays = "forgotten, and stays there" if current().outlasts else "removed by force"
            progress.step(f"the cluster does not answer: '{env}' is {stays}")
            _forget(env, progress)
        environments.release(env)
    for env in with_files():
        strip_salt(env)
    if not current().stop(retimed(progress)):
        progress.step("no agents were there")


def _answers() -> bool:
    """Whether the cluster can still do something; an agent that was just killed gets the time to come back."""
    cluster = load()
    deadline = time.monotonic() + (_BACK_WITHIN if current().running() else 0)
    while cluster and not questions(cluster).answer():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return cluster is not None


def _gently(env: str, progress: Progress) -> None:
    try:
        Pulumi(env, progress.step).destroy(_DESTROYED_WITHIN)
        progress.step(f"'{env}' is gone")
    except LocalError as error:
        if current().outlasts:
            raise LocalError(f"'{env}' is still on the cluster, which is not ours: {error}") from None
        progress.step(f"'{env}' is removed by force: {error}")
        _forget(env, progress)


def _forget(env: str, progress: Progress) -> None:
    """Let Pulumi forget the stack, which only matters for a backend that is not below the state directory."""
    try:
        Pulumi(env, progress.step).forget()
    except LocalError as error:
        progress.step(f"Pulumi may still know '{env}': {error}")


def _remove_state(here: Collection[str]) -> None:
    """Remove the state directory, but for what somebody else has put there; ``here``: what ran on the cluster."""
    state = state_dir()
    elsewhere = _states_of_others(state / "pulumi", here)
    for name in _OURS:
        if name != "pulumi" or not elsewhere:
            _remove(state / name)
    try:
        others = sorted(path.name for path in state.iterdir() if not (elsewhere and path.name == "pulumi"))
        if elsewhere:
            say(f"left in {state / 'pulumi'}, for what they know is not on this machine: the states of {elsewhere}")
        if others:
            say(f"left in {state}, for it is not ours: {', '.join(others)}")
        if not (elsewhere or others):
            state.rmdir()
    except OSError as error:
        raise LocalError(f"cannot remove {state}: {error}") from None


def _states_of_others(backend: Path, here: Collection[str]) -> str:
    """The stacks whose state alone knows of resources elsewhere: of a cluster on AWS, or of another project."""
    files = sorted((backend / ".pulumi" / "stacks").glob("*/*.json"))
    ours = {f"{_PROJECT}/{env}" for env in (environments.LOCAL, *here)}
    names = {f"{file.parent.name}/{file.stem}": file for file in files}
    return ", ".join(name for name, file in names.items() if name not in ours and _knows_of_something(file))


def _knows_of_something(state: Path) -> bool:
    try:
        return bool(json.loads(state.read_text())["checkpoint"]["latest"]["resources"])
    except (KeyError, TypeError):  # made, and never deployed
        return False
    except (OSError, ValueError):
        return True


def _remove(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise LocalError(f"cannot remove {path}: {error}") from None
