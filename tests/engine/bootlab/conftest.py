"""A closed world for tests of the lab, another that all tests of the cluster share, and what happened in them."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from local.errors import LocalError
from local.toolchain import aws
from tests.engine.bootlab.access import Access
from tests.engine.bootlab.cluster import Cluster, group_name
from tests.engine.bootlab.lab import Lab, a_lab
from tests.engine.bootlab.machines import machines
from tests.engine.bootlab.services import Deployment, deployment
from tests.engine.bootlab.world import POOL, SERVERS, WORKERS, World

_LAB = pytest.StashKey[Lab | None]()


@contextmanager
def _told(session: pytest.Session) -> Iterator[Lab]:
    """This process is inside while tests run, and nothing is left afterwards."""
    before = session.stash.get(_LAB, None)
    with a_lab() as made:
        session.stash[_LAB] = made
        yield made
        session.stash[_LAB] = before


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A world of a module's own."""
    with _told(request.session) as made:
        yield made


@pytest.fixture(scope="session")
def plugin() -> aws.Ready:
    """What programs on AWS run with; it is got before the lab, in which there is nothing to get."""
    try:
        return aws.ensure()
    except LocalError as error:
        pytest.fail(f"no machines were made: {error}", pytrace=False)


@pytest.fixture(scope="session")
def made(request: pytest.FixtureRequest, plugin: aws.Ready) -> Iterator[World]:
    """Three servers and two workers, booted from nothing by ``pulumi up``, which ends when they are one cluster."""
    with _told(request.session) as lab:
        stack = machines(lab, POOL, SERVERS, WORKERS)
        stack.up()
        lab.in_service(group_name("servers"), SERVERS, within=5)
        lab.in_service(group_name(POOL), WORKERS, within=5)
        cluster = Cluster(lab, SERVERS)
        yield World(cluster, Access(cluster), stack)


@pytest.fixture(scope="session")
def deployed(made: World) -> Deployment:
    """The services of every environment, which stay there."""
    return deployment(made.access)


@pytest.fixture
def services(world: World, deployed: Deployment) -> Deployment:
    """The same, with the servers and tokens that there are now."""
    deployed.up(world.access)
    return deployed


@pytest.fixture
def world(made: World) -> Iterator[World]:
    """The cluster, well before the test and after it."""
    made.well()
    yield made
    made.well()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say what happened in the lab, next to what failed."""
    report = yield
    world = item.session.stash.get(_LAB, None)
    if report.failed and world is not None:
        report.sections.append(("the lab", world.told()))
    return report
