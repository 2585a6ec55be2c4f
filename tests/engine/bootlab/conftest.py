"""A closed world for tests of the lab, another that all tests of the cluster share, and what happened in them."""

from collections.abc import Generator, Iterator

import pytest

from local.errors import LocalError
from local.toolchain import aws
from tests.engine.bootlab.access import Access
from tests.engine.bootlab.lab import Lab, Supplies
from tests.engine.bootlab.services import Deployment, as_commands, deployment
from tests.engine.bootlab.supplies import supplies
from tests.engine.bootlab.telling import built, telling, told
from tests.engine.bootlab.world import NEW_NODE, Built, World


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A world of a module's own, with nothing of any scheduler's."""
    with telling(request.session, Supplies()) as made:
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
    """A cluster with Consul and Nomad."""
    with telling(request.session, supplies()) as lab:
        cluster, stack = built(lab, "nomad")
        yield World(cluster, stack, Access(cluster))


@pytest.fixture(scope="session")
def deployed(made: World) -> Deployment:
    """The services of every environment, which stay there."""
    return deployment(made.cluster, lambda: as_commands(made.access))


@pytest.fixture
def services(world: Built, deployed: Deployment) -> Deployment:
    """The same, with the servers and tokens that there are now, at every worker.

    One that takes work may get its ingress later: Nomad on it asks Consul again only after many seconds.
    """
    deployed.up()
    for worker in world.workers():
        deployed.answers(worker.facts.address, "the ingress answers at every worker", NEW_NODE)
    return deployed


@pytest.fixture
def world(made: Built) -> Iterator[Built]:
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
    happened = told(item.session) if report.failed else None
    if happened is not None:
        report.sections.append(("the lab", happened))
    return report
