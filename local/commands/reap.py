"""``reap``: take away the environments whose time is over."""

import argparse

from local.agents.progress import Progress
from local.commands import environments, special
from local.commands.clock import now, words
from local.commands.down import one
from local.commands.report import started
from local.commands.session import session
from local.errors import LocalError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``reap`` takes no options."""


def run(options: argparse.Namespace) -> int:
    """Do it, and say which stay. An environment that can't be taken away does not keep others from going."""
    failures = []
    with session():
        progress = started()
        for env in [*environments.recorded(), *special.expired()]:
            try:
                _reap(env, progress)
            except LocalError as error:
                failures.append(f"'{env}': {error}")
    if failures:
        raise LocalError("\n".join(failures))
    return 0


def _reap(env: str, progress: Progress) -> None:
    expires = environments.life(env).expires
    if expires is None:
        progress.step(f"'{env}' stays: it does not expire")
    elif expires > now():
        progress.step(f"'{env}' stays: it expires in {words(expires - now())}")
    else:
        progress.step(f"'{env}' expired {words(now() - expires)} ago")
        one(env, progress)
