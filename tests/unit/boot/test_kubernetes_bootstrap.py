"""How masters find their place in etcd, which of them are whole, and which versions may follow each other."""

from pathlib import Path
from typing import Any

import pytest

from foxden.boot.files.node.kubernetes import bootstrap, instances, masters, versions
from foxden.boot.files.node.kubernetes.bootstrap import Beginning, Bootstrap, Place, begin, latest, ready_key
from foxden.boot.files.node.kubernetes.etcd import Member, Status, founded, initial_cluster
from foxden.boot.files.node.kubernetes.masters import Masters
from foxden.boot.files.node.rest import ApiError
from tests.unit.boot.fakes import FakeParameters, facts


class FakeEtcd:
    """One cluster of etcd, as whoever is asked knows it."""

    def __init__(self, cluster: str = "c1", *members: Member) -> None:
        self.cluster = cluster
        self.known = list(members)
        self.removed: list[str] = []

    def status(self) -> Status:
        return Status("1", "1", self.cluster)

    def members(self) -> list[Member]:
        return list(self.known)

    def add_learner(self, address: str) -> list[Member]:
        self.known.append(Member("9", "", address, True))
        return self.members()

    def remove(self, member: Member) -> None:
        self.removed.append(member.name)
        self.known.remove(member)


def member(number: int, **more: Any) -> Member:
    return Member(**{"id": f"{number}", "name": f"servers-i-{number}", "address": f"10.0.0.{number}", **more})


def member_of(number: int, learner: bool = False, name: str | None = None) -> Member:
    return member(number, is_learner=learner, **({} if name is None else {"name": name}))


class Lab:
    """The masters that are there, and what they share."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.parameters = FakeParameters()
        self.there: dict[str, str] = {}
        self.etcds: dict[str, FakeEtcd] = {}
        self.restored: list[str] = []

    def place(self, number: int, servers: int = 3) -> Place:
        own = facts(instance=f"i-{number}", address=f"10.0.0.{number}", servers=servers)
        self.there[own.instance] = own.address

        def restore(name: str, data: Path) -> None:
            data.mkdir(parents=True)
            self.restored.append(name)

        return Bootstrap(own, self.parameters, None, restore).place()

    def at(self, address: str) -> FakeEtcd:
        if address not in self.etcds:
            raise ApiError(f"{address} does not answer")
        return self.etcds[address]

    def started(self, generation: int = 1) -> None:
        (self.home / str(generation)).mkdir(parents=True)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    found = Lab(tmp_path / "etcd")
    monkeypatch.setattr(bootstrap, "DATA", found.home)
    monkeypatch.setattr(bootstrap, "_PLACE", tmp_path / "place.json")
    monkeypatch.setattr(instances, "servers", lambda *_: found.there)
    monkeypatch.setattr(bootstrap, "at", found.at)
    return found


def test_the_first_master_begins_alone_and_keeps_its_place(lab: Lab) -> None:
    place = lab.place(1)
    assert place == Place(1, "servers-i-1=https://10.0.0.1:2380", "new")
    lab.started()
    assert lab.place(1) == place


def test_others_wait_for_the_first_and_join_it_as_learners(lab: Lab) -> None:
    begin(lab.parameters, 1, Beginning("i-1"))
    lab.there["i-1"] = "10.0.0.1"
    with pytest.raises(ApiError, match=r"no member of etcd answers: 10\.0\.0\.1 does not answer"):
        lab.place(2)
    lab.etcds["10.0.0.1"] = FakeEtcd(founded("10.0.0.1", "dev-1"), member_of(1))
    place = lab.place(2)
    assert place == Place(1, "servers-i-1=https://10.0.0.1:2380,servers-i-2=https://10.0.0.2:2380", "existing")
    # Cut off before its etcd was started, it finds the place that it has got.
    assert lab.place(2) == place
    assert len(lab.etcds["10.0.0.1"].known) == 2


def test_where_the_first_is_gone_before_it_was_of_use_another_one_is(lab: Lab) -> None:
    begin(lab.parameters, 1, Beginning("i-1"))
    with pytest.raises(ApiError, match="another master is the first"):
        lab.place(2)
    assert lab.place(2) == Place(2, "servers-i-2=https://10.0.0.2:2380", "new")


def test_where_there_was_something_nobody_begins_with_nothing(lab: Lab) -> None:
    begin(lab.parameters, 1, Beginning("i-1"))
    lab.parameters.values[ready_key(1)] = "c1"
    for _ in range(2):
        with pytest.raises(ApiError, match="no member of etcd answers"):
            lab.place(2)
    assert latest(lab.parameters) == (1, Beginning("i-1"))


def test_the_founder_that_lost_its_data_joins_the_others(lab: Lab) -> None:
    begin(lab.parameters, 1, Beginning("i-1"))
    lab.parameters.values[ready_key(1)] = "c1"
    lab.there["i-2"] = "10.0.0.2"
    etcd = lab.etcds["10.0.0.2"] = FakeEtcd("c1", member_of(1), member_of(2), member_of(3))
    assert lab.place(1).state == "existing"
    assert etcd.removed == ["servers-i-1"]


def test_a_place_is_taken_once_another_is_free(lab: Lab) -> None:
    begin(lab.parameters, 1, Beginning("i-1"))
    lab.there["i-1"] = "10.0.0.1"
    of_first = founded("10.0.0.1", "dev-1")
    lab.etcds["10.0.0.1"] = FakeEtcd(of_first, *(member_of(number) for number in range(1, 5)))
    with pytest.raises(ApiError, match="there are 4 members of etcd: one of them has to go first"):
        lab.place(5)


def test_with_a_snapshot_a_new_generation_begins_that_the_others_join(lab: Lab) -> None:
    begin(lab.parameters, 1, Beginning("i-1"))
    lab.parameters.values[ready_key(1)] = "old"
    begin(lab.parameters, 2, Beginning("i-1", "dev/etcd/now.snap"))
    assert lab.place(1) == Place(2, "servers-i-1=https://10.0.0.1:2380", "new")
    assert lab.restored == ["dev/etcd/now.snap"]
    (lab.home / "1").mkdir()
    bootstrap.forget_others(Place(2, "", ""))
    assert [each.name for each in lab.home.iterdir()] == ["2"]
    # A member of the generation before is none to join.
    lab.parameters.values[ready_key(2)] = "new"
    bootstrap._PLACE.unlink()
    lab.there["i-3"] = "10.0.0.3"
    lab.etcds |= {"10.0.0.1": FakeEtcd("new", member_of(1)), "10.0.0.3": FakeEtcd("old", member_of(3))}
    assert lab.place(2).generation == 2
    assert len(lab.etcds["10.0.0.3"].known) == 1


@pytest.mark.parametrize("ready", [True, False], ids=["which was in use", "which was never ready"])
def test_nobody_joins_a_founder_that_still_serves_the_generation_before(lab: Lab, ready: bool) -> None:
    begin(lab.parameters, 1, Beginning("i-1"))
    old = FakeEtcd(founded("10.0.0.1", "dev-1"), *(member_of(number) for number in (1, 2, 3)))
    lab.there |= {f"i-{number}": f"10.0.0.{number}" for number in (1, 2, 3)}
    lab.etcds |= dict.fromkeys(lab.there.values(), old)
    if ready:
        lab.parameters.values[ready_key(1)] = old.cluster
    begin(lab.parameters, 2, Beginning("i-1", "dev/etcd/now.snap"))
    with pytest.raises(ApiError, match=r"10\.0\.0\.1 is of an earlier generation"):
        lab.place(2)
    assert not old.removed
    assert len(old.known) == 3
    assert lab.place(1).state == "new"
    bootstrap._PLACE.unlink()
    lab.etcds["10.0.0.1"] = FakeEtcd(founded("10.0.0.1", "dev-2"), member_of(1))
    assert lab.place(2).members == "servers-i-1=https://10.0.0.1:2380,servers-i-2=https://10.0.0.2:2380"


def test_the_number_of_a_cluster_is_what_etcd_makes_of_its_founder() -> None:
    # As etcd 3.6 itself says of clusters that begin so.
    assert founded("10.0.0.1", "dev-1") == "15415775504790168782"
    assert founded("10.0.0.1", "dev-2") == "5560278507397522194"


def test_a_master_is_whole_when_it_votes_and_its_api_is_ready() -> None:
    found = Masters(frozenset({"a", "b"}), frozenset({"b", "c"}))
    assert found.whole() == frozenset({"b"})
    assert found.without("a") == 1
    assert Masters(None, None).without("a") is None
    assert Masters(None, None).whole() == frozenset()


def test_who_answers_is_found_at_its_own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    class Well:
        def __init__(self, address: str) -> None:
            self.address = address

        def is_healthy(self) -> bool:
            return self.address != "10.0.0.2"

    monkeypatch.setattr(masters, "at", Well)
    monkeypatch.setattr(masters, "is_ready", lambda each: each.name != "servers-i-3")
    etcd = FakeEtcd("c1", member_of(1), member_of(2), member_of(3), member_of(4, learner=True))
    found = masters.masters(etcd)  # type: ignore[arg-type]
    assert found.voters == frozenset({"servers-i-1", "servers-i-3"})
    assert found.whole() == frozenset({"servers-i-1"})


def test_a_new_member_is_told_of_all_but_of_others_that_have_no_name_yet() -> None:
    members = [member_of(1), member_of(2, learner=True, name=""), member_of(3, learner=True, name="")]
    told = initial_cluster(members, "10.0.0.2", "servers-i-2")
    assert told == "servers-i-1=https://10.0.0.1:2380,servers-i-2=https://10.0.0.2:2380"


@pytest.mark.parametrize(
    ("own", "running", "may"),
    [
        ("1.34.3", None, True),
        ("1.34.3", "v1.34.0", True),
        ("1.35.0", "v1.34.4", True),
        ("1.36.0", "v1.34.4", False),
        ("1.33.9", "v1.34.4", False),
        ("2.34.0", "v1.34.4", False),
    ],
)
def test_one_minor_version_at_a_time(own: str, running: str | None, may: bool) -> None:
    if may:
        return versions.check(own, running)
    with pytest.raises(versions.Skipped, match="one minor version at a time"):
        versions.check(own, running)
