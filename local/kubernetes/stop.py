"""Taking the cluster away. Its namespaces end with their first process, and with them all that is in them."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from local.agents.lock import cluster_lock, exclusive
from local.agents.progress import Progress
from local.agents.stop import clear_away as remove_processes
from local.errors import LocalError
from local.kubernetes.places import cgroup, controllers, home, places_lock, remove_places
from local.kubernetes.plan import Plan, load_plan

_REAPED_WITHIN, _LOOKS_EVERY = 5.0, 0.1
"""Seconds."""


def stop(report: Callable[[str], None] | None = None) -> bool:
    """Take away the cluster of this state directory, in whatever state it is; False when there was none.

    Harmless to repeat. The logs stay. Raises LocalError when something can't be removed.
    """
    with cluster_lock():
        if not home().exists():
            return False
        say = report or Progress(print).step
        try:
            plan = load_plan()
        except LocalError:  # unreadable: what belongs to the cluster is found all the same
            plan = None
        clear_away(plan)
        say("the cluster and all its pods are gone")
        return True


def clear_away(plan: Plan | None) -> None:
    """End every process of the cluster, and remove what it made; LocalError when something stays."""
    remove_processes(None)
    remove_groups()
    with exclusive(places_lock()):
        remove_places()
    for socket in (plan.socket, plan.containers, f"{plan.containers}.ttrpc") if plan else ():
        with contextlib.suppress(FileNotFoundError):
            Path(socket).unlink()


def remove_groups() -> None:
    """Remove the control groups of pods, from the leaves.

    A group goes once its last process is reaped, which is waited for; one that stays is empty, and does no harm.
    """
    deadline = time.monotonic() + _REAPED_WITHIN
    while left := [group for controller in controllers() if (group := controller / cgroup()).exists()]:
        for group in left:
            for directory, _, _ in os.walk(group, topdown=False):
                with contextlib.suppress(OSError):
                    Path(directory).rmdir()
        if time.monotonic() > deadline:
            return
        if any(group.exists() for group in left):
            time.sleep(_LOOKS_EVERY)
