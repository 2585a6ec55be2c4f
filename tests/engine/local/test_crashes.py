"""Things that die are back by themselves, and services are reachable meanwhile."""

import pytest

from tests.engine.harness.killing import BACK_WITHIN, failed_briefly, killed
from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import SERVICES, all_well
from tests.engine.harness.site import Site
from tests.engine.harness.tasks import agent, tasks
from tests.engine.harness.waiting import until


@pytest.mark.parametrize("service", SERVICES)
def test_a_killed_instance_is_back_and_no_request_fails(site: Site, service: str) -> None:
    """With two instances the other one answers."""
    victim = tasks(site, service)[0]
    with steady_requests(site.url("app")) as stream:
        killed(stream, victim, lambda: len(tasks(site, service)) == 2, service)
        until(lambda: all_well(site), "all services are well", BACK_WITHIN)
    stream.none_failed()


@pytest.mark.parametrize("program", ["consul", "nomad-server", "nomad-client"])
def test_a_killed_agent_is_back_and_no_request_fails(site: Site, program: str) -> None:
    """The services' instances go on, and are the same afterwards."""
    victim = agent(site, f"local/{program}")
    before = {service: set(site.nomad.instances(service, "local")) for service in SERVICES}
    with steady_requests(site.url("app")) as stream:
        killed(stream, victim, lambda: agent(site, f"local/{program}").is_running(), program)
        until(site.is_whole, "the cluster is well", BACK_WITHIN, every=0.5)
        until(lambda: all_well(site), "all services are well", BACK_WITHIN)
    stream.none_failed()
    assert {service: set(site.nomad.instances(service, "local")) for service in SERVICES} == before


@pytest.mark.parametrize(
    ("job", "task", "environment"),
    [("ingress", "main", "default"), ("ionic-apps", "needs", "local")],
    ids=["ingress", "needs"],
)
def test_a_killed_proxy_is_back_within_seconds(site: Site, job: str, task: str, environment: str) -> None:
    """The gap is bounded, and afterwards nothing fails."""
    victim = tasks(site, job, task, environment)[0]
    with steady_requests(site.url("app")) as stream:
        at = killed(stream, victim, lambda: _proxies(site, job, task, environment), "the proxy")
        failed_briefly(stream, at)


def _proxies(site: Site, job: str, task: str, environment: str) -> bool:
    return len(tasks(site, job, task, environment)) == len(site.nomad.instances(job, environment))
