"""Three servers and two clients."""

from collections.abc import Iterator

import pytest

from local.agents import Kind
from tests.engine.agents.lab import Lab, a_lab, web
from tests.engine.harness.waiting import until


@pytest.fixture(scope="module")
def three() -> Iterator[Lab]:
    """A running cluster with three servers, left as well as it was by each test."""
    with a_lab() as made:
        made.start(servers=3)
        yield made


def test_there_are_five_nodes_and_three_voters(three: Lab) -> None:
    assert three.well()
    assert [(member.server, member.client) for member in three.health().members] == [(True, False)] * 3 + [
        (False, True)
    ] * 2
    raft = three.nomad.get("/v1/operator/raft/configuration")["Servers"]
    assert sum(server["Voter"] for server in raft) == 3
    raft = three.consul.get("/v1/operator/raft/configuration")["Servers"]
    assert sum(server["Voter"] for server in raft) == 3


def test_instances_are_on_both_clients_and_no_port_is_given_twice(three: Lab) -> None:
    cluster = three.running()
    assert cluster
    three.run(web(cluster, "spread", count=6))
    nodes = {found["NodeName"] for found in three.nomad.instances("spread", "default").values()}
    assert nodes == {"client-1", "client-2"}
    assert len(three.anyone.healthy("spread")) == 6
    three.nomad.delete("/v1/job/spread", purge="true")


@pytest.mark.parametrize("kind", [Kind.CONSUL, Kind.NOMAD_SERVER])
def test_a_killed_leader_is_followed_by_another_and_comes_back(three: Lab, kind: Kind) -> None:
    cluster = three.running()
    assert cluster
    name = f"steady-{kind}"
    three.run(web(cluster, name, count=2))
    healthy, tasks = three.anyone.healthy(name), three.tasks(name)

    def leader() -> str | None:
        health = three.health()
        return health.consul_leader if kind is Kind.CONSUL else health.nomad_leader

    old = leader()
    assert old
    # Frozen first: killed at once it may be back, and win again, before the others notice.
    process = three.agent(old, kind)
    process.suspend()
    try:
        new = until(lambda: _leader_without(three, kind, old), f"a leader other than {old}", 30)
    finally:
        process.kill()
    three.back(old, kind, process.pid, within=40)
    assert new != old
    until(lambda: three.anyone.healthy(name) == healthy, "all healthy", 30)
    assert three.tasks(name) == tasks
    three.nomad.delete(f"/v1/job/{name}", purge="true")


def _leader_without(lab: Lab, kind: Kind, old: str) -> str | None:
    """The leader in the eyes of the other servers, once they have one that is not ``old``."""
    for member in lab.nodes(server=True):
        found = lab.api(member, kind).peek("/v1/operator/raft/configuration") if member != old else None
        for server in (found or {}).get("Servers", []):
            name = str(server["Node"]).partition(".")[0]
            if server["Leader"] and name != old:
                return name
    return None
