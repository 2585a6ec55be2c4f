"""Labs of a test run, and what happened in them, next to what failed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.engine.bootlab.cluster import Cluster, group_name
from tests.engine.bootlab.lab import Lab, Supplies, a_lab
from tests.engine.bootlab.machines import Machines, machines
from tests.engine.bootlab.world import POOL, SERVERS, WORKERS

_LAB = pytest.StashKey[Lab | None]()
_LAST = pytest.StashKey[str | None]()
"""What happened in a lab that has gone because it could not be made ready."""


@contextmanager
def telling(session: pytest.Session, supplies: Supplies) -> Iterator[Lab]:
    """This process is inside while tests run, and nothing is left afterwards."""
    before = session.stash.get(_LAB, None)
    with a_lab(supplies) as made:
        session.stash[_LAB] = made
        try:
            yield made
        except BaseException:
            session.stash[_LAST] = made.told()
            raise
        finally:
            session.stash[_LAB] = before


def told(session: pytest.Session) -> str | None:
    """What happened in the lab that there is now, or in the one that there was."""
    lab = session.stash.get(_LAB, None)
    return lab.told() if lab else session.stash.get(_LAST, None)


def built(lab: Lab, scheduler: str) -> tuple[Cluster, Machines]:
    """Three servers and two workers, booted from nothing by ``pulumi up``, which ends when they are one cluster."""
    stack = machines(lab, scheduler, POOL, SERVERS, WORKERS)
    stack.up()
    lab.in_service(group_name("servers"), SERVERS, within=5)
    lab.in_service(group_name(POOL), WORKERS, within=5)
    return Cluster(lab, SERVERS), stack
