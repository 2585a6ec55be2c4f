"""What the leading master does for others: whom it forgets."""

from types import SimpleNamespace
from typing import Any

import pytest

from foxden.boot.files.node import aws
from foxden.boot.files.node.group import Group
from foxden.boot.files.node.kubernetes import instances, server
from foxden.boot.files.node.kubernetes.etcd import Member
from foxden.boot.files.node.kubernetes.server import Server
from foxden.boot.files.node.rest import ApiError
from tests.unit.boot.fakes import FakeApi, FakeGroups, FakeMetadata, FakeParameters, Time, facts


class Lab:
    """What the leader sees: the cloud's instances, etcd's members, and the nodes."""

    def __init__(self) -> None:
        self.clock = Time()
        self.masters = {"i-1": "10.0.0.1", "i-2": "10.0.0.2"}
        self.workers: dict[str, str] = {}
        self.members = [Member(f"{n}", f"servers-i-{n}", f"10.0.0.{n}", False) for n in (1, 2, 3)]
        self.well = {"10.0.0.1", "10.0.0.2"}
        self.removed: list[str] = []
        self.api = FakeApi(
            {"GET /api/v1/nodes": {"items": [node("general-i-7", "True"), node("general-i-8", "Unknown")]}}
        )
        self.api.gone = lambda path: self.removed.append(path)  # type: ignore[attr-defined]
        own = facts()
        self.leader = Server(own, FakeParameters(), Group(own, FakeMetadata(), FakeGroups()), 1)

    def status(self) -> Any:
        return SimpleNamespace(leads=True)

    def remove(self, member: Member) -> None:
        self.removed.append(member.name)


class Etcd:
    """The leader's."""

    def __init__(self, lab: Lab) -> None:
        self.status, self.remove = lab.status, lab.remove
        self.members = lambda: lab.members


def node(name: str, ready: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "status": {"conditions": [{"type": "Ready", "status": ready}]}}


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Lab:
    found = Lab()
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
