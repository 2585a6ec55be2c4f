"""Things that die are back by themselves, and services are reachable meanwhile."""

import time

import psutil
import pytest

from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import SERVICES, all_well
from tests.engine.harness.site import Site
from tests.engine.harness.tasks import agent, tasks
from tests.engine.harness.waiting import until

BACK_WITHIN = 40.0
GAP = 10.0
"""Seconds for which requests may fail after a proxy was killed: the only ingress of the only node, or the one through
which an instance reaches what it needs. It takes between one and two; nobody else can listen in its place meanwhile."""


def _gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("service", SERVICES)
def test_a_killed_instance_is_back_and_no_request_fails(site: Site, service: str) -> None:
    """With two instances the other one answers."""
    victim = tasks(site, service)[0]
    with steady_requests(site.url("app")) as stream:
        until(lambda: stream.good > 20, "requests are answered", within=10)
        victim.kill()
        until(lambda: _gone(victim) and len(tasks(site, service)) == 2, f"{service} was started again", BACK_WITHIN)
        until(lambda: all_well(site), "all services are well", BACK_WITHIN)
    stream.none_failed()


@pytest.mark.parametrize("program", ["consul", "nomad-server", "nomad-client"])
def test_a_killed_agent_is_back_and_no_request_fails(site: Site, program: str) -> None:
    """The services' instances go on, and are the same afterwards."""
    victim = agent(site, f"local/{program}")
    before = {service: set(site.nomad.instances(service, "local")) for service in SERVICES}
    with steady_requests(site.url("app")) as stream:
        until(lambda: stream.good > 20, "requests are answered", within=10)
        victim.kill()
        until(lambda: _gone(victim) and agent(site, f"local/{program}").is_running(), f"{program} is back", BACK_WITHIN)
        until(lambda: _status_is_good(site), "the cluster is well", BACK_WITHIN, every=0.5)
        until(lambda: all_well(site), "all services are well", BACK_WITHIN)
    stream.none_failed()
    assert {service: set(site.nomad.instances(service, "local")) for service in SERVICES} == before


def _status_is_good(site: Site) -> bool:
    done = site.local("status")
    assert "problem" not in done.output, done
    return True


@pytest.mark.parametrize(
    ("job", "task", "environment"),
    [("ingress", "main", "default"), ("ionic-apps", "needs", "local")],
    ids=["ingress", "needs"],
)
def test_a_killed_proxy_is_back_within_seconds(site: Site, job: str, task: str, environment: str) -> None:
    """The gap is bounded, and afterwards nothing fails."""
    victim = tasks(site, job, task, environment)[0]
    with steady_requests(site.url("app")) as stream:
        until(lambda: stream.good > 20, "requests are answered", within=10)
        killed = time.monotonic() - stream.begun
        victim.kill()
        until(lambda: _gone(victim) and _proxies(site, job, task, environment), "the proxy is back", BACK_WITHIN)
        good = stream.good
        until(lambda: stream.good > good + 60, "requests are answered again", BACK_WITHIN)
    last = max((failed.at for failed in stream.failed), default=killed)
    assert last - killed < GAP, f"requests failed for {last - killed:.1f} s: {stream}"
    assert last < stream.last_good, f"requests still fail: {stream}"


def _proxies(site: Site, job: str, task: str, environment: str) -> bool:
    return len(tasks(site, job, task, environment)) == len(site.nomad.instances(job, environment))
