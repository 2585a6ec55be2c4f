"""A cluster with Kubernetes that the tests here share."""

from collections.abc import Iterator

import pytest

from local.errors import LocalError
from local.toolchain import aws, hosts
from tests.engine.bootlab.balancer import passing
from tests.engine.bootlab.cluster import group_name
from tests.engine.bootlab.kubernetes.access import PORT, Access
from tests.engine.bootlab.kubernetes.services import in_pods, names_are_looked_up
from tests.engine.bootlab.kubernetes.supplies import supplies
from tests.engine.bootlab.kubernetes.world import World
from tests.engine.bootlab.scaling import State
from tests.engine.bootlab.services import Deployment, deployment
from tests.engine.bootlab.telling import built, telling


@pytest.fixture(scope="session")
def programs() -> None:
    """What machines fetch is got before the lab, in which there is nothing to get."""
    try:
        hosts.ensure()
    except LocalError as error:
        pytest.fail(f"no machines were made: {error}", pytrace=False)


@pytest.fixture(scope="session")
def made(request: pytest.FixtureRequest, plugin: aws.Ready, programs: None) -> Iterator[World]:
    """A cluster with Kubernetes, behind the balancer of its API."""
    with telling(request.session, supplies()) as lab:
        masters = group_name("servers")
        with passing(lambda: lab.player.of(masters, State.IN_SERVICE), PORT, "/readyz"):
            cluster, stack = built(lab, "kubernetes")
            yield World(cluster, stack, Access(cluster))


@pytest.fixture(scope="session")
def deployed(made: World) -> Deployment:
    """The services of every environment, which stay there."""
    names_are_looked_up(made.access)
    return deployment(made.cluster, lambda: in_pods(made.access))
