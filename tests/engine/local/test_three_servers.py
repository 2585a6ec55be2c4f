"""A true quorum: any one server may go."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.harness.apis import Consul, Nomad
from tests.engine.harness.leftovers import processes_of
from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import QUICK, SERVICES, all_well, jobs_and_instances
from tests.engine.harness.site import Site, new_site
from tests.engine.harness.tasks import agent, supervisor, words_of
from tests.engine.harness.waiting import until

LEADER_WITHIN = 30.0
BACK_WITHIN = 60.0


@pytest.fixture(scope="module")
def quorum() -> Iterator[Site]:
    """Three servers and two clients with all services, started by whichever test needs it first."""
    site = new_site()
    site.choose(servers=3)
    with site.gone_at_the_end():
        yield site


def _up(site: Site) -> None:
    done = site.up()
    assert "2/2" in done.output, done
    until(lambda: all_well(site), "all services are well", within=30)


def test_the_cluster_has_three_servers_and_two_clients(quorum: Site) -> None:
    """As each of the programs sees it, on distinct ports; instances are spread over both clients."""
    _up(quorum)
    nomad, consul = quorum.nomad, quorum.consul
    assert len(nomad.get("/v1/status/peers")) == len(set(nomad.get("/v1/status/peers"))) == 3
    assert len(consul.get("/v1/status/peers")) == len(set(consul.get("/v1/status/peers"))) == 3
    assert sorted(node["Status"] for node in nomad.get("/v1/nodes")) == ["ready", "ready"]
    assert len(consul.get("/v1/agent/members")) == 5
    for service in SERVICES:
        nodes = {found["NodeName"] for found in nomad.instances(service, "local").values()}
        assert len(nodes) == 2, f"both instances of {service} are on {nodes}"


@pytest.mark.parametrize("program", ["consul", "nomad-server"])
def test_the_leader_dies_and_services_answer_all_the_time(quorum: Site, program: str) -> None:
    """Another server leads, the killed one comes back, no instance is replaced, no request fails."""
    _up(quorum)
    before = jobs_and_instances(quorum)
    leader = _leader(quorum, program)
    assert leader, f"no server says who leads: {program}"
    victim = agent(quorum, f"{leader}/{program}")
    with steady_requests(quorum.url("app")) as stream:
        until(lambda: stream.good > 20, "requests are answered", within=10)
        # Frozen first: killed at once, it is back, and may lead again, before the others notice.
        victim.suspend()
        try:
            until(lambda: _leader(quorum, program, without=leader), f"another {program} leads", LEADER_WITHIN)
        finally:
            victim.kill()
        until(quorum.is_whole, "the cluster is whole again", BACK_WITHIN, every=0.5)
    stream.none_failed()
    assert agent(quorum, f"{leader}/{program}").pid != victim.pid, f"{program} of {leader} is not back"
    until(lambda: all_well(quorum), "all services are well", within=30)
    assert jobs_and_instances(quorum) == before, "instances were replaced"
    again = quorum.up()
    assert "nothing to change" in again.output, again


def test_after_everything_was_killed_down_leaves_nothing(quorum: Site) -> None:
    """``up`` in its middle, the supervisor, all agents; then ``down`` twice."""
    _up(quorum)
    before = quorum.nomad.version("pods", "local")
    quorum.new_version("pods")
    with quorum.start("up") as up:
        until(lambda: quorum.nomad.version("pods", "local") > before, "the release has begun", within=30)
        up.signal_group(signal.SIGKILL)
        up.wait(10)
    supervisor(quorum).kill()
    for process in processes_of(quorum.state):
        if words_of(process)[1:2] == ["agent"]:
            process.kill()
    assert processes_of(quorum.state), "nothing was left to be ended: the test is blind"
    quorum.down()
    again = quorum.local("down")
    assert again.seconds < QUICK, again


def _leader(site: Site, program: str, without: str = "") -> str:
    """The node that leads, as the servers but ``without`` say; '' when none of them knows another one."""
    servers = {file.parent.name: json.loads(file.read_text())["ports"] for file in _configs(site, program)}
    kind, own = (Consul, "server") if program == "consul" else (Nomad, "rpc")
    names = {f"127.0.0.1:{ports[own]}": node for node, ports in servers.items() if own in ports}
    token = site.facts["discovery_token" if program == "consul" else "token"]
    for node, ports in servers.items():
        if node != without:
            said = kind(f"http://127.0.0.1:{ports['http']}", token).peek("/v1/status/leader")
            if names.get(said, without) != without:
                return names[said]
    return ""


def _configs(site: Site, program: str) -> list[Path]:
    return sorted((site.state / "agents").glob(f"server-*/{program}.json"))
