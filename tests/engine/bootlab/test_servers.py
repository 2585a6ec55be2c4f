"""The core servers boot by themselves from their launch template, heal, and are renewed.

One cluster serves all tests: each leaves three servers and two workers in service, all of them well.
"""

import pytest

from foxden.boot.node import Role
from foxden.schedulers.nomad import nodes
from tests.engine.bootlab.access import RPC, KeyValues, answers_rpc, counted_votes
from tests.engine.bootlab.world import NEW_NODE, POOL, SERVERS, World
from tests.engine.harness.waiting import until

SILENCE = 30
"""Seconds in which no server may know who votes: another becomes the leader, on a machine with much else to do."""


def test_three_servers_form_one_quorum_and_workers_join_by_themselves(world: World) -> None:
    names = {f"servers-{member.id}" for member in world.servers()}
    everybody = names | {f"{POOL}-{member.id}" for member in world.workers()}

    def known() -> bool:
        for server in world.servers():
            assert world.access.consul(server).get("/v1/status/leader")
            members = world.access.consul(server).get("/v1/agent/members")
            assert {each["Name"] for each in members if each["Status"] == 1} == everybody
        return True

    until(known, "every server knows all", NEW_NODE)
    until(world.access.whole, "all servers vote", NEW_NODE)


def test_every_node_runs_the_program_that_it_fetched_from_the_clusters_bucket(world: World) -> None:
    for role, members in ((Role.SERVER, world.servers()), (Role.WORKER, world.workers())):
        for member in members:
            found = member.host.run("sha256sum", "/usr/local/bin/foxden-node").split()[0]
            assert found == nodes.program(role).checksum
            assert f"/programs/{found}.pyz" in member.host.run("journalctl", "-u", "cloud-final", "--no-pager")


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


def test_who_deploys_makes_the_tokens_of_services_and_sees_their_memory_counts(world: World) -> None:
    server = world.servers()[0]
    consul = world.access.consul(server, "operators/consul-token")
    policy = consul.ask("PUT", "/v1/acl/policy", {"Name": "a-service", "Rules": 'key_prefix "a/" { policy = "write" }'})
    made = consul.ask("PUT", "/v1/acl/token", {"Policies": [{"Name": "a-service"}]})
    assert (policy.status_code, made.status_code) == (200, 200), policy.text + made.text
    assert consul.ask("DELETE", f"/v1/acl/token/{made.json()['AccessorID']}").ok
    assert consul.ask("DELETE", f"/v1/acl/policy/{policy.json()['ID']}").ok
    known = world.access.nomad(server).get("/v1/operator/scheduler/configuration")["SchedulerConfig"]
    assert known["MemoryOversubscriptionEnabled"] is True


@pytest.mark.parametrize("unit", ["consul", "nomad"])
@pytest.mark.parametrize("role", ["server", "worker"])
def test_an_agent_that_is_killed_is_started_again(world: World, role: str, unit: str) -> None:
    member = (world.servers() if role == "server" else world.workers())[0]
    world.heals(member, unit)


def test_a_server_whose_power_was_cut_is_replaced_and_the_newcomer_votes(world: World) -> None:
    world.outlives(world.servers()[0])


def test_another_image_and_user_data_roll_all_servers_under_load(world: World) -> None:
    with counted_votes(world.access) as votes:
        world.rolls_under_load(KeyValues(world.access))
    assert min(votes.counts) >= SERVERS - 1, votes
    assert len(votes.counts) > 50
    assert votes.longest_silence < SILENCE, votes
