"""A cluster boots by itself from its launch templates, heals, and is renewed. One cluster serves all tests.

Each test leaves three servers and two workers in service, all of them well.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from local.errors import LocalError
from local.toolchain import aws
from tests.engine.bootlab.access import RPC, Access, answers_rpc, counted_votes
from tests.engine.bootlab.balancer import balancer
from tests.engine.bootlab.cluster import Cluster, group_name
from tests.engine.bootlab.lab import Lab
from tests.engine.bootlab.load import steady_load
from tests.engine.bootlab.machines import Machines, machines
from tests.engine.bootlab.scaling import Member, State
from tests.engine.bootlab.search import exposed, holders
from tests.engine.bootlab.services import Deployment, deployment
from tests.engine.harness.load import steady_requests
from tests.engine.harness.waiting import until

POOL = "general"
SERVERS, WORKERS = 3, 2
NEW_NODE = 300
"""Seconds, with many other programs at work; it takes about 25 on two idle cores."""


@dataclass
class World:
    """The cluster, and how it is seen from outside."""

    cluster: Cluster
    access: Access
    machines: Machines

    @property
    def lab(self) -> Lab:
        return self.cluster.lab

    def servers(self) -> list[Member]:
        return self.lab.in_service(self.cluster.server_group, SERVERS, NEW_NODE)

    def workers(self) -> list[Member]:
        return self.lab.in_service(group_name(POOL), WORKERS, NEW_NODE)

    def in_pool(self) -> list[Member]:
        """The workers that a balancer sends requests to, if they are well."""
        return self.lab.player.of(group_name(POOL), State.IN_SERVICE)

    def well(self) -> None:
        """Wait until all nodes are in service and members of what they belong to."""
        self.servers()
        workers = self.workers()
        until(self.access.whole, "all servers vote in both rafts", NEW_NODE, every=0.5)
        names = {f"{POOL}-{each.id}" for each in workers}
        until(lambda: self.access.ready() == names, "all workers take work", NEW_NODE, every=0.5)


@pytest.fixture(scope="module")
def plugin() -> aws.Ready:
    """What programs on AWS run with; it is got before the lab, in which there is nothing to get."""
    try:
        return aws.ensure()
    except LocalError as error:
        pytest.fail(f"no machines were made: {error}", pytrace=False)


@pytest.fixture(scope="module")
def made(plugin: aws.Ready, lab: Lab) -> World:
    """Three servers and two workers, booted from nothing by ``pulumi up``, which ends when they are one cluster."""
    stack = machines(lab, POOL, SERVERS, WORKERS)
    stack.up()
    lab.in_service(group_name("servers"), SERVERS, within=5)
    lab.in_service(group_name(POOL), WORKERS, within=5)
    cluster = Cluster(lab, SERVERS)
    return World(cluster, Access(cluster), stack)


@pytest.fixture(scope="module")
def services(made: World) -> Deployment:
    """The services of every environment, deployed once."""
    made.well()
    stack = deployment(made.access)
    stack.project.up()
    return stack


@pytest.fixture
def world(made: World) -> Iterator[World]:
    """The cluster, well before the test and after it."""
    made.well()
    yield made
    made.well()


def test_three_servers_form_one_quorum_and_workers_join_by_themselves(world: World) -> None:
    names = {f"servers-{member.id}" for member in world.servers()}
    for server in world.servers():
        assert world.access.consul(server).get("/v1/status/leader")
        members = world.access.consul(server).get("/v1/agent/members")
        assert {each["Name"] for each in members if each["Status"] == 1} == names | {
            f"{POOL}-{member.id}" for member in world.workers()
        }
    assert world.access.raft() == (names, names)


def test_nothing_is_told_without_a_token_and_rpc_asks_for_a_certificate(world: World) -> None:
    server = world.servers()[0]
    host, address = world.workers()[0].host, server.facts.address
    ca = "/etc/foxden/ca.pem"
    bare = host.tried("curl", "-s", "--cacert", ca, f"https://{address}:8501/v1/acl/tokens")
    assert "Permission denied" in bare.stdout, bare
    jobs = host.tried("curl", "-s", "--cacert", ca, f"https://{address}:4646/v1/nodes")
    assert "Permission denied" in jobs.stdout, jobs
    for port, tls in RPC.items():
        assert not answers_rpc(address, port, tls, world.access.ca)
        assert answers_rpc(address, port, tls, world.access.ca, world.access.certificate(world.servers()[1]))


@pytest.mark.parametrize("unit", ["consul", "nomad"])
@pytest.mark.parametrize("role", ["server", "worker"])
def test_an_agent_that_is_killed_is_started_again(world: World, role: str, unit: str) -> None:
    member = (world.servers() if role == "server" else world.workers())[0]
    before = member.host.run("systemctl", "show", "-p", "MainPID", "--value", unit)
    member.host.run("systemctl", "kill", "--kill-who=main", "--signal=KILL", unit)

    def again() -> bool:
        now = member.host.run("systemctl", "show", "-p", "MainPID", "--value", unit)
        return now not in (before, "0\n")

    until(again, f"{unit} is started again", 60)
    world.well()
    assert member.state is State.IN_SERVICE


def test_a_server_whose_power_was_cut_is_replaced_and_the_newcomer_votes(world: World) -> None:
    lost = world.servers()[0]
    lost.host.cut()
    until(lambda: not lost.live, "its group lets it go", NEW_NODE)
    said = [line for line in world.lab.player.story if lost.id in line and "unhealthy" in line]
    assert said, "it was not its cluster that found it"
    world.lab.in_service(world.cluster.server_group, SERVERS, NEW_NODE)
    until(world.access.whole, "the newcomer votes in both rafts, and the lost one is forgotten", NEW_NODE)


def test_a_change_of_user_data_rolls_all_servers_under_load(world: World) -> None:
    before = {member.id for member in world.servers()}
    with counted_votes(world.access) as votes, steady_load(world.access) as load:
        world.machines.up(unhealthy_after=61)
        until(lambda: _refreshed(world), "all servers are refreshed", 3 * NEW_NODE, every=1)
    load.none_failed(at_least=100)
    assert min(votes.counts) >= SERVERS - 1, votes
    assert len(votes.counts) > 50
    assert not before & {member.id for member in world.servers()}
    assert world.machines.project.preview() == {}


def test_the_services_run_as_commands_and_the_ingress_answers(world: World, services: Deployment) -> None:
    with balancer(world.in_pool, services.port) as targets:
        until(lambda: len(targets.well()) == WORKERS, "the ingress answers on every worker", NEW_NODE)
        host = services.url.split("/")[2]
        answer = requests.get(f"http://127.0.0.1:{services.port}/", headers={"Host": host}, timeout=10)
    assert answer.status_code == 200, answer.text
    pods = answer.json()["needs"]["meeting-router"]["needs"]["pods"]
    assert pods["service"] == "pods"
    assert pods["secrets"] == {"API_KEY": True}
    assert services.project.preview() == {}


@pytest.mark.parametrize("why", ["its group ends it", "its spot capacity is taken away"])
def test_a_worker_hands_over_its_work_before_it_goes(world: World, services: Deployment, why: str) -> None:
    leaving = world.workers()[0]
    with balancer(world.in_pool, services.port) as targets:
        until(lambda: len(targets.well()) == WORKERS, "the ingress answers on every worker", NEW_NODE)
        with steady_requests(services.url, per_second=10) as stream:
            if why == "its group ends it":
                world.lab.cloud.autoscaling.terminate_instance_in_auto_scaling_group(
                    InstanceId=leaving.id, ShouldDecrementDesiredCapacity=False
                )
            else:
                world.lab.player.take_spot_capacity(leaving.id, seconds=120)
            until(lambda: leaving.state is State.TERMINATED, "it has gone", NEW_NODE)
            world.workers()
            until(lambda: len(targets.well()) == WORKERS, "the ingress answers on the new worker", NEW_NODE)
    said = [line for line in world.lab.player.story if leaving.id in line]
    assert any("with CONTINUE: it said so" in line for line in said), said
    stream.none_failed(at_least=100)


def test_no_secret_is_where_others_can_see_it(world: World, services: Deployment) -> None:
    secrets = {**world.cluster.secrets(), "the service's own": services.secret}
    assert len(secrets) > 8
    shown = [each for member in world.servers() + world.workers() for each in exposed(member.host, secrets)]
    assert shown == []
    held = holders(world.workers()[0].host, secrets)
    assert held["shared/consul-gossip"], "the search finds nothing at all"
    assert [name for name, files in held.items() if name.startswith("servers/") and files] == []


def _refreshed(world: World) -> bool:
    refreshes = world.lab.cloud.autoscaling.describe_instance_refreshes(
        AutoScalingGroupName=world.cluster.server_group
    )["InstanceRefreshes"]
    return bool(refreshes) and refreshes[0]["Status"] == "Successful"
