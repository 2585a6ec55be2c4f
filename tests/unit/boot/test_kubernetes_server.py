"""What masters do for each other: whom the leading one forgets, and how they start their parts again."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from foxden.boot.files.node import aws, waiting
from foxden.boot.files.node.group import Group
from foxden.boot.files.node.kubernetes import etcd, instances, master_config, server
from foxden.boot.files.node.kubernetes.etcd import Member
from foxden.boot.files.node.kubernetes.masters import Masters
from foxden.boot.files.node.kubernetes.server import Server
from foxden.boot.files.node.pending import Pending
from foxden.boot.files.node.rest import ApiError
from tests.unit.boot.fakes import FakeApi, FakeGroups, FakeMetadata, FakeParameters, Time, facts

TURN = "foxden-node/turns/parts"


class Lab:
    """What the leader sees: the cloud's instances, etcd's members, and the nodes."""

    def __init__(self, root: Path) -> None:
        self.clock = Time()
        self.masters = {"i-1": "10.0.0.1", "i-2": "10.0.0.2"}
        self.workers: dict[str, str] = {}
        self.members = [Member(f"{n}", f"servers-i-{n}", f"10.0.0.{n}", False) for n in (1, 2, 3)]
        self.well = {"10.0.0.1", "10.0.0.2"}
        self.removed: list[str] = []
        self.ready = {"servers-i-1", "servers-i-2", "servers-i-3"}
        self.turns: dict[str, str] = {}
        self.done: list[str] = []
        self.api = FakeApi(
            {"GET /api/v1/nodes": {"items": [node("general-i-7", "True"), node("general-i-8", "Unknown")]}}
        )
        self.api.gone = lambda path: self.removed.append(path)  # type: ignore[attr-defined]
        own = facts()
        self.leader = Server(own, FakeParameters(), Group(own, FakeMetadata(), FakeGroups()), 1)
        self.pending = Pending(root)
        self.leader._pending = self.pending

    def status(self) -> Any:
        return SimpleNamespace(leads=True)

    def remove(self, member: Member) -> None:
        self.removed.append(member.name)


class Etcd:
    """That of the master."""

    def __init__(self, lab: Lab) -> None:
        self.status, self.remove, self._turns, self._done = lab.status, lab.remove, lab.turns, lab.done
        self.members = lambda: lab.members

    def lease(self, seconds: int) -> str:
        return f"for {seconds} s"

    def claim(self, key: str, value: str, lease: str) -> bool:
        if key in self._turns:
            return False
        self._turns[key] = value
        return True

    def end(self, lease: str) -> None:
        assert lease == "for 300 s"
        for key in [key for key, value in self._turns.items() if value == "servers-i-1"]:
            del self._turns[key]


def node(name: str, ready: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "status": {"conditions": [{"type": "Ready", "status": ready}]}}


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Lab:
    found = Lab(tmp_path)

    def restart(_: str, unit: str) -> int:
        assert found.turns == {TURN: "servers-i-1"}
        found.done.append(unit)
        return 0

    def is_whole(*_: Any) -> bool:
        assert found.turns == {TURN: "servers-i-1"}
        found.done.append("whole?")
        return len(found.done) > 4

    monkeypatch.setattr(master_config, "systemctl", restart)
    monkeypatch.setattr(server, "is_whole", is_whole)
    monkeypatch.setattr(server, "masters", lambda _: Masters(frozenset(found.ready), frozenset(found.ready)))
    monkeypatch.setattr(waiting, "time", found.clock)
    monkeypatch.setattr(server, "time", found.clock)
    monkeypatch.setattr(server, "Etcd", lambda: Etcd(found))
    monkeypatch.setattr(server, "as_admin", lambda: found.api)
    monkeypatch.setattr(server, "is_well", lambda member: member.address in found.well)
    monkeypatch.setattr(aws, "client", lambda *_: None)
    monkeypatch.setattr(instances, "servers", lambda *_: found.masters)
    monkeypatch.setattr(instances, "workers", lambda *_: found.workers)
    return found


def looks(lab: Lab, duty: str, seconds: int = 60) -> list[str]:
    for _ in range(seconds // 15 + 1):
        getattr(lab.leader, duty)()
        lab.clock.now += 15
    return lab.removed


def test_a_node_is_forgotten_whose_instance_is_gone_and_none_that_is_ready(lab: Lab) -> None:
    assert looks(lab, "keep_nodes", 15) == [], "it may be that the cloud has not been asked for long"
    assert set(looks(lab, "keep_nodes")) == {"/api/v1/nodes/general-i-8"}


def test_a_member_of_etcd_is_taken_out_whose_instance_is_gone_and_none_that_answers(lab: Lab) -> None:
    del lab.masters["i-2"]
    assert looks(lab, "keep_members", 15) == []
    assert set(looks(lab, "keep_members")) == {"servers-i-3"}


@pytest.mark.parametrize("duty", ["keep_nodes", "keep_members"])
def test_nobody_is_forgotten_by_a_cloud_that_knows_not_even_who_asks(lab: Lab, duty: str) -> None:
    lab.masters.clear()
    with pytest.raises(ApiError, match="does not know this instance"):
        looks(lab, duty)
    assert lab.removed == []


def test_a_master_starts_its_parts_again_in_its_turn_which_lasts_until_it_is_whole(lab: Lab) -> None:
    lab.pending.note("kube-scheduler")
    lab.pending.note("kube-apiserver")
    lab.turns[TURN] = "servers-i-2"
    with pytest.raises(ApiError, match="another master's turn"):
        lab.leader.follow()
    assert (lab.done, lab.pending.names()) == ([], ["kube-apiserver", "kube-scheduler"])
    lab.turns.clear()
    lab.leader.follow()
    assert lab.done == ["kube-apiserver.service", "kube-scheduler.service", *["whole?"] * 3]
    assert (lab.turns, lab.pending.names()) == ({}, [])
    lab.leader.follow()
    assert len(lab.done) == 5, "nothing changed"


def test_a_master_waits_for_the_others_but_not_for_ever(lab: Lab) -> None:
    lab.pending.note("kube-apiserver")
    lab.ready.remove("servers-i-3")
    for _ in range(2):
        with pytest.raises(ApiError, match="when all other masters are whole"):
            lab.leader.follow()
        assert (lab.turns, lab.done) == ({}, [])
        lab.clock.now += 119
    lab.leader.follow()
    assert lab.done[0] == "kube-apiserver.service"


def test_a_turn_that_can_not_be_ended_does_not_hide_what_was_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lab: Lab
) -> None:
    def refuse(*_: Any) -> None:
        raise ApiError("no leader")

    monkeypatch.setattr(Etcd, "end", refuse)
    lab.pending.note("kube-apiserver")
    lab.ready.clear()
    with pytest.raises(ApiError, match="when all other masters are whole"):
        lab.leader.follow()
    assert capsys.readouterr().out == "a turn ends only by itself: no leader\n"


def test_a_turn_is_a_key_of_etcd_that_lives_as_long_as_its_lease() -> None:
    said: Iterator[dict[str, Any]] = iter([{"succeeded": True}, {"header": {}}])
    answers = {"POST /v3/lease/grant": {"ID": "7", "TTL": "300"}, "POST /v3/lease/revoke": {"header": {}}}
    api = FakeApi({**answers, "POST /v3/kv/txn": lambda *_: next(said)})
    own = etcd.Etcd.__new__(etcd.Etcd)
    own._rest = api
    lease = own.lease(300)
    assert own.claim("a", "b", lease)
    assert not own.claim("a", "b", lease), "what is false is not said"
    own.end(lease)
    free = {"key": "YQ==", "target": "CREATE", "result": "EQUAL", "create_revision": "0"}
    kept = {"request_put": {"key": "YQ==", "value": "Yg==", "lease": "7"}}
    assert api.told("POST /v3/kv/txn")[0] == {"compare": [free], "success": [kept]}
    assert api.told("POST /v3/lease/revoke") == [{"ID": "7"}]
