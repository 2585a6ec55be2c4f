"""What servers and workers do when."""

import itertools
from typing import Any

import pytest

from foxden.boot.files.node import access, going, leaving, server, snapshots, waiting, worker
from foxden.boot.files.node.api import ApiError
from foxden.boot.files.node.certificates import Pair
from foxden.boot.files.node.credentials import Credentials
from foxden.boot.files.node.duties import Done, Duties, Gone
from foxden.boot.files.node.group import Group
from foxden.boot.files.node.server import Server
from foxden.boot.files.node.worker import Worker
from tests.unit.boot import fakes
from tests.unit.boot.fakes import FakeApi, FakeGroups, FakeMetadata, FakeParameters, Time

CREDENTIALS = Credentials("CA", Pair("CERT", "KEY"), "gossip", "token", "gossip", "management", "management")
HEALTH = "/v1/operator/autopilot/health"


def a_worker(metadata: FakeMetadata, client: FakeGroups, **more: Any) -> Worker:
    facts = fakes.worker(**more)
    kept = FakeParameters(**{"pools/general/drain-token": "drain"})
    return Worker(facts, kept, Group(facts, metadata, client), CREDENTIALS)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What a worker that goes did, in its order."""
    done: list[tuple[str, Any]] = []
    monkeypatch.setattr(worker, "Api", lambda *_: FakeApi({}))

    def drain(_: Any, deadline: int, __: Any, ___: Any) -> bool:
        done.append(("drain", deadline))
        return True

    monkeypatch.setattr(leaving, "drain", drain)
    monkeypatch.setattr(leaving, "leave_pool", lambda _: done.append(("leave", None)))
    return done


def test_a_worker_that_nobody_wants_gone_stays(steps: list[tuple[str, Any]]) -> None:
    a_worker(FakeMetadata(), FakeGroups(i_1="InService")).leave()
    assert steps == []


def test_a_worker_that_its_group_ends_drains_leaves_and_says_so(steps: list[tuple[str, Any]]) -> None:
    client = FakeGroups(i_1="Terminating:Wait")
    node = a_worker(FakeMetadata(autoscaling_target_lifecycle_state="Terminated"), client, drain_deadline=240)
    with pytest.raises(Gone):
        node.leave()
    assert steps == [("drain", 240), ("leave", None)]
    assert [action for action, _ in client.calls] == ["complete_lifecycle_action"]


@pytest.mark.parametrize(
    ("notice", "deadline"), [("spot_instance_action", 100), ("events_recommendations_rebalance", 240)]
)
def test_a_worker_that_may_be_taken_drains_once_and_stays(
    steps: list[tuple[str, Any]], notice: str, deadline: int
) -> None:
    node = a_worker(FakeMetadata(**{notice: "{}"}), FakeGroups(i_1="InService"), drain_deadline=240)
    node.leave()
    node.leave()
    assert steps == [("drain", deadline)]


@pytest.mark.parametrize(
    ("noticed", "deadlines"), [(20, [240, 100]), (200, [240, 40]), (239.5, [240, 1]), (None, [240])]
)
def test_a_worker_that_is_taken_while_it_drains_has_less_time_from_then_on(
    monkeypatch: pytest.MonkeyPatch, noticed: float | None, deadlines: list[int]
) -> None:
    clock, metadata, given = Time(), FakeMetadata(events_recommendations_rebalance="{}"), list[int]()
    end = clock.now + 240

    def drain(_: Any, deadline: int, __: Any, unless: Any) -> bool:
        given.append(deadline)
        if len(given) == 1 and noticed is not None:
            assert not unless()
            clock.now += noticed
            metadata.answers["spot_instance_action"] = "{}"
            assert unless()
        else:
            assert not unless(), "it would end before its time"
            clock.now += deadline
        return False

    monkeypatch.setattr(going, "time", clock)
    monkeypatch.setattr(worker, "Api", lambda *_: FakeApi({}))
    monkeypatch.setattr(leaving, "drain", drain)
    node = a_worker(metadata, FakeGroups(i_1="InService"), drain_deadline=240)
    node.leave()
    node.leave()
    assert given == deadlines
    assert clock.now <= end + 1


def test_who_has_left_tells_the_group_again_and_again_however_often_it_does_not_listen(
    monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, Any]]
) -> None:
    class Throttled(Exception):
        pass

    clock, client = Time(), FakeGroups(i_1="Terminating:Wait")
    found = client.describe_auto_scaling_instances

    def describe(InstanceIds: list[str]) -> dict[str, Any]:
        if clock.now < 500:
            raise Throttled("Rate exceeded")
        return found(InstanceIds)

    monkeypatch.setattr(waiting, "time", clock)
    monkeypatch.setattr(client, "describe_auto_scaling_instances", describe)
    node = a_worker(FakeMetadata(autoscaling_target_lifecycle_state="Terminated"), client)
    with pytest.raises(Gone):
        node.leave()
    assert [step for step, _ in steps] == ["drain", "leave"]
    assert [action for action, _ in client.calls] == ["complete_lifecycle_action"]


def test_a_worker_that_was_drained_leaves_when_it_is_ended(steps: list[tuple[str, Any]]) -> None:
    metadata = FakeMetadata(spot_instance_action="{}")
    node = a_worker(metadata, FakeGroups(i_1="Terminating:Wait"))
    node.leave()
    metadata.answers["autoscaling_target_lifecycle_state"] = "Terminated"
    with pytest.raises(Gone):
        node.leave()
    assert [step for step, _ in steps] == ["drain", "leave"]


def test_a_worker_says_that_it_is_ready_when_it_takes_work(
    monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, Any]]
) -> None:
    client = FakeGroups(i_1="Pending:Wait")
    node = a_worker(FakeMetadata(), client)
    monkeypatch.setattr(leaving, "is_ready", lambda _: False)
    node.launch()
    assert client.calls == []
    monkeypatch.setattr(leaving, "is_ready", lambda _: True)
    with pytest.raises(Done):
        node.launch()
    assert [action for action, _ in client.calls] == ["complete_lifecycle_action"]


def a_stranded_worker(monkeypatch: pytest.MonkeyPatch, consul: dict[str, Any], status: int) -> list[float]:
    """When, in the two minutes after its Nomad answered last, it starts that again."""
    now, started = [1000.0], list[float]()

    def refuse(*_: Any) -> None:
        raise ApiError("rpc error: no route to host", status)

    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr(leaving, "node_id", lambda: "node")
    monkeypatch.setattr(leaving, "start_nomad_again", lambda: started.append(now[0]))
    monkeypatch.setattr(worker, "Api", lambda *_: FakeApi({**consul, "GET /v1/node/node": refuse}))
    monkeypatch.setattr(FakeParameters, "read", lambda *_: pytest.fail("every worker would read it every 10 s"))
    node = a_worker(FakeMetadata(), FakeGroups(i_1="InService"))
    for _ in range(12):
        now[0] += 10
        node.reach()
    return started


def test_a_worker_whose_nomad_knows_lost_servers_alone_starts_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {"GET /v1/health/service/nomad?tag=rpc&passing=true": [{"Service": {"Address": "10.0.0.2"}}]}
    assert a_stranded_worker(monkeypatch, others, 500) == [1060, 1120]


@pytest.mark.parametrize(
    ("known", "status"), [("no other servers", 500), ("nothing", 500), ("another server", 404), ("another server", 403)]
)
def test_a_worker_leaves_nomad_alone_where_that_helps_nobody(
    monkeypatch: pytest.MonkeyPatch, known: str, status: int
) -> None:
    answers: dict[str, Any] = {"no other servers": [], "another server": [{"Service": {"Address": "10.0.0.2"}}]}
    consul = {"GET /v1/health/service/nomad?tag=rpc&passing=true": answers[known]} if known in answers else {}
    assert a_stranded_worker(monkeypatch, consul, status) == []


class Cluster:
    """Three servers as their agents see them; this one is the first."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, client: FakeGroups, leader: str = "10.0.0.1", **more: Any
    ) -> None:
        self.leader = leader
        names = [f"servers-i-{number}" for number in (1, 2, 3)]
        self.health: dict[str, Any] = {
            "Servers": [
                {"Name": name, "Address": f"10.0.0.{number}:8300", "Healthy": True, "Voter": True}
                for number, name in enumerate(names, 1)
            ]
        }
        self.members = [{"Name": name, "Status": 1} for name in names]
        answers = {
            "GET /v1/status/leader": lambda *_: f"{self.leader}:8300",
            f"GET {HEALTH}": lambda *_: self.health,
            "GET /v1/agent/members": lambda *_: self.members,
        }
        monkeypatch.setattr(server, "Api", lambda *_: FakeApi(answers))
        monkeypatch.setattr(FakeApi, "at", lambda own, _: own)
        facts = fakes.facts(unhealthy_after=0, **more)
        self.server = Server(facts, FakeParameters(), Group(facts, FakeMetadata(), client), CREDENTIALS)


def test_a_server_says_that_it_is_ready_when_it_votes(monkeypatch: pytest.MonkeyPatch) -> None:
    client = FakeGroups(i_1="Pending:Wait")
    cluster = Cluster(monkeypatch, client)
    cluster.health["Servers"][0]["Voter"] = False
    cluster.server.launch()
    assert client.calls == []
    cluster.health["Servers"][0]["Voter"] = True
    with pytest.raises(Done):
        cluster.server.launch()
    assert [action for action, _ in client.calls] == ["complete_lifecycle_action"]


def test_the_leader_has_a_lost_server_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    client = FakeGroups(i_1="InService", i_2="InService", i_3="InService")
    cluster = Cluster(monkeypatch, client)
    cluster.server.replace()
    assert client.calls == []
    cluster.health["Servers"].pop()
    cluster.server.replace()
    assert [(action, given["InstanceId"]) for action, given in client.calls] == [("set_instance_health", "i-3")]


def test_the_leader_speaks_for_a_server_that_died_while_it_went(monkeypatch: pytest.MonkeyPatch) -> None:
    client = FakeGroups(i_1="InService", i_2="InService", i_3="Terminating:Wait")
    cluster = Cluster(monkeypatch, client)
    cluster.server.replace()
    assert client.calls == []
    cluster.members[2]["Status"] = 4
    cluster.server.replace()
    assert [(action, given["InstanceId"]) for action, given in client.calls] == [("complete_lifecycle_action", "i-3")]


def test_what_the_leader_keeps_is_looked_at_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    kept: list[float] = []

    def keep(*_: Any) -> None:
        kept.append(now[0])
        if len(kept) == 1:
            raise ApiError("not yet")

    monkeypatch.setattr(access, "keep_consul", keep)
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    cluster = Cluster(monkeypatch, FakeGroups(i_1="InService"))
    with pytest.raises(ApiError):
        cluster.server.keep_consul()
    for seconds in (2, 5, 60):
        now[0] += seconds
        cluster.server.keep_consul()
    assert kept == [1000, 1002, 1067]


def test_a_new_leader_takes_a_snapshot_at_once_and_then_as_often_as_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    now, taken = [1000.0], list[float]()
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr(snapshots, "take", lambda *_: taken.append(now[0]))
    cluster = Cluster(monkeypatch, FakeGroups(i_1="InService"), leader="10.0.0.2", snapshots="bucket")
    duties = Duties([each for each in cluster.server.duties() if each.name == "snapshot"], lambda: now[0])
    for second in range(0, 8000, 10):
        now[0] = 1000.0 + second
        cluster.leader = "10.0.0.1" if second >= 100 else "10.0.0.2"
        duties.once()
    assert taken[0] <= 1160
    assert [later - earlier for earlier, later in itertools.pairwise(taken)] == pytest.approx([3600, 3600], abs=61)


def test_who_does_not_lead_leaves_all_that_to_the_leader(monkeypatch: pytest.MonkeyPatch) -> None:
    client = FakeGroups(i_1="InService", i_2="InService", i_3="InService")
    cluster = Cluster(monkeypatch, client, leader="10.0.0.2")
    cluster.health["Servers"].pop()
    for duty in (cluster.server.replace, cluster.server.keep_consul, cluster.server.keep_nomad):
        duty()
    cluster.server.keep_certificates()
    cluster.server.snapshot()
    assert client.calls == []
