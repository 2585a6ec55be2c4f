"""etcd is given care by the leading master, and its state is told to people."""

from dataclasses import replace
from typing import Any

import pytest

from foxden.boot.files.node import aws
from foxden.boot.files.node.kubernetes import care, people, places, status
from foxden.boot.files.node.kubernetes.etcd import Alarm, Member, Status
from foxden.boot.files.node.rest import ApiError
from tests.unit.boot.test_kubernetes_etcd import OWN, TAKEN, Kube

MIB = 1024 * 1024


def seen(kube: Kube, members: dict[str, "Held"], monkeypatch: pytest.MonkeyPatch, now: float, **more: Any) -> Any:
    """What ``foxden-node status`` says."""
    ensemble = Ensemble(members)
    monkeypatch.setattr(status, "at", lambda address: ensemble.reach(ensemble.at(address)))
    return status.status(replace(OWN, **more), ensemble.reach(ensemble.known[0]), kube, now)


def test_status_tells_each_member_and_the_newest_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    kube = Kube()
    status.tell_snapshot(OWN, kube, "dev/etcd/now.snap", TAKEN)
    members = {"1": Held(900, 200), "2": Held(300, 290)}
    assert seen(kube, members, monkeypatch, TAKEN + 29 * 60) == (
        [
            "servers-1 leads: 900 MiB of 4096, 200 in use, to be defragmented",
            "servers-2 votes: 300 MiB of 4096, 290 in use",
            "newest snapshot: dev/etcd/now.snap, 29 minutes old",
        ],
        [],
    )


def test_status_tells_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    kube = Kube()
    members = {"1": Held(900, 800, alarm=True), "2": Held(answers=False)}
    told, wrong = seen(kube, members, monkeypatch, TAKEN)
    assert told == ["servers-1 leads: 900 MiB of 4096, 800 in use"]
    assert wrong == ["alarm of a member: NOSPACE", "servers-2 does not answer: silent", "no snapshot is known"]
    status.tell_snapshot(OWN, kube, "dev/etcd/now.snap", TAKEN)
    assert seen(kube, members, monkeypatch, TAKEN + 95 * 60)[1][-1] == "the next snapshot is 65 minutes late"
    assert seen(kube, members, monkeypatch, TAKEN, snapshots="")[0][-1] == "no snapshots are kept"


def test_status_fails_where_something_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(aws, "client", lambda *_: None)
    monkeypatch.setattr(people, "Etcd", lambda: None)
    monkeypatch.setattr(people, "as_admin", lambda: None)
    for wrong, code in (([], None), (["a", "b"], "a\nb")):
        monkeypatch.setattr(status, "status", lambda *_, found=wrong: (["told"], found))
        with pytest.raises(SystemExit) as caught:
            people.command(["status"], OWN)
        assert caught.value.code == code
        assert capsys.readouterr().out == "told\n"


# Care


class Held:
    """A member, with so many MiB and so many of them in use."""

    def __init__(self, size: int = 0, in_use: int = 0, alarm: bool = False, answers: bool = True) -> None:
        self.size, self.in_use, self.alarm, self.answers = size, in_use, alarm, answers


class Ensemble:
    """Members by id, of which the first leads."""

    def __init__(self, members: dict[str, Held], quota: int = 4096) -> None:
        self.members = members
        self.quota = quota
        self.leader = next(iter(members))
        self.garbage = 0
        self.done: list[str] = []
        self.known = [Member(name, f"servers-{name}", f"10.0.0.{name}", False) for name in members]

    def at(self, address: str) -> Member:
        return next(each for each in self.known if each.address == address)

    def reach(self, member: Member) -> Any:
        return Fake(self, member.id)

    def care(self) -> None:
        care.keep(self.reach(self.known[[*self.members].index(self.leader)]), self.reach)


class Fake:
    """One member's API."""

    def __init__(self, ensemble: Ensemble, name: str) -> None:
        self.ensemble, self.name = ensemble, name

    @property
    def held(self) -> Held:
        return self.ensemble.members[self.name]

    def status(self) -> Status:
        if not self.held.answers:
            raise ApiError("silent")
        sizes = (self.held.size * MIB, self.held.in_use * MIB, self.ensemble.quota * MIB)
        return Status(self.name, self.ensemble.leader, "c", 7, *sizes)

    def members(self) -> list[Member]:
        return self.ensemble.known

    def alarms(self) -> list[Alarm]:
        return [Alarm(name, "NOSPACE") for name, each in self.ensemble.members.items() if each.alarm]

    def compact(self, revision: int) -> None:
        self.ensemble.done.append(f"compact {revision}")
        for each in self.ensemble.members.values():
            each.in_use -= self.ensemble.garbage
        self.ensemble.garbage = 0

    def defragment(self) -> None:
        self.ensemble.done.append(f"defragment {self.name}")
        self.held.size = self.held.in_use

    def hand_over(self, member: Member) -> None:
        self.ensemble.done.append(f"lead {member.id}")
        self.ensemble.leader = member.id

    def disarm(self, alarm: Alarm) -> None:
        self.ensemble.done.append(f"disarm {alarm.member}")
        self.ensemble.members[alarm.member].alarm = False


@pytest.mark.parametrize(
    ("size", "in_use", "worth"),
    [(900, 200, True), (900, 500, False), (150, 60, False), (3500, 3300, True), (3500, 3450, False), (0, 0, False)],
)
def test_when_it_pays(size: int, in_use: int, worth: bool) -> None:
    assert care.pays(Status("1", "1", "c", 1, size * MIB, in_use * MIB, 4096 * MIB)) is worth
    assert places.ETCD_QUOTA == 4096 * MIB


def test_one_member_after_the_other_and_the_leader_only_once_another_one_leads() -> None:
    found = Ensemble({"1": Held(900, 200), "2": Held(900, 200), "3": Held(300, 290)})
    for _ in range(5):
        found.care()
    assert found.done == ["defragment 2", "lead 2", "defragment 1"]


def test_a_master_that_is_alone_is_silent_for_a_moment() -> None:
    found = Ensemble({"1": Held(900, 200)})
    found.care()
    assert found.done == ["defragment 1"]


def test_nobody_falls_silent_while_another_one_does_not_answer() -> None:
    found = Ensemble({"1": Held(900, 200), "2": Held(900, 200), "3": Held(answers=False)})
    found.care()
    assert found.done == []


def test_learners_are_left_alone() -> None:
    found = Ensemble({"1": Held(300, 290), "2": Held(900, 200), "3": Held(900, 200)})
    found.known[1:] = [replace(found.known[1], is_learner=True), replace(found.known[2], name="")]
    found.care()
    assert found.done == []


def test_where_there_was_no_room_it_is_made_and_writes_are_taken_again(capsys: pytest.CaptureFixture[str]) -> None:
    # Not even one that is away for good keeps it from being so: its successor can't come in before.
    found = Ensemble({"1": Held(4096, 4000, alarm=True), "2": Held(4090, 4000), "3": Held(answers=False, alarm=True)})
    found.garbage = 3000
    for _ in range(5):
        found.care()
    assert found.done == [
        *("compact 7", "defragment 2", "compact 7", "lead 2", "compact 7", "defragment 1"),
        *("compact 7", "disarm 1", "disarm 3"),
    ]
    assert capsys.readouterr().out.splitlines()[-1] == "etcd has room again: it takes writes"


def test_where_all_of_it_is_in_use_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    found = Ensemble({"1": Held(4096, 4090, alarm=True)})
    with pytest.raises(ApiError, match=r"^etcd is full, and takes no writes: 4090 MiB of 4096 are in use$"):
        found.care()
    assert found.members["1"].alarm


def test_another_alarm_is_not_taken_back() -> None:
    assert care.full([Alarm("1", "CORRUPT"), Alarm("2", "NOSPACE")]) == [Alarm("2", "NOSPACE")]
