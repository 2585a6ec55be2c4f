"""Labs of a test run, and what happened in them, next to what failed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.engine.bootlab.cluster import Cluster, group_name
from tests.engine.bootlab.lab import Lab, Supplies, a_lab
from tests.engine.bootlab.machines import Machines, machines
from tests.engine.bootlab.world import POOL, SERVERS, WORKERS

_LAB = pytest.StashKey[Lab | None]()


@contextmanager
def telling(session: pytest.Session, supplies: Supplies) -> Iterator[Lab]:
    """This process is inside while tests run, and nothing is left afterwards."""
    before = session.stash.get(_LAB, None)
    with a_lab(supplies) as made:
        session.stash[_LAB] = made
        yield made
        session.stash[_LAB] = before


def told(session: pytest.Session) -> str | None:
    """What happened in the lab that there is now."""
    lab = session.stash.get(_LAB, None)
    return lab.told() if lab else None


def built(lab: Lab, scheduler: str) -> tuple[Cluster, Machines]:
    """Three servers and two workers, booted from nothing by ``pulumi up``, which ends when they are one cluster."""
    stack = machines(lab, scheduler, POOL, SERVERS, WORKERS)
    stack.up()
    lab.in_service(group_name("servers"), SERVERS, within=5)
    lab.in_service(group_name(POOL), WORKERS, within=5)
    return Cluster(lab, SERVERS), stack
