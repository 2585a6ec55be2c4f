"""Which server is replaced, and when none is."""

from collections.abc import Collection
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from foxden.boot.files.node.members import Members, is_member, members, voters
from foxden.boot.files.node.watch import Watch
from tests.unit.boot.fakes import FakeApi, facts

HEALTH = "GET /v1/operator/autopilot/health"


def server(name: str, **more: Any) -> dict[str, Any]:
    return {"Name": name, "Healthy": True, "Voter": True, **more}


def named(*numbers: int) -> frozenset[str]:
    return frozenset(f"servers-i-{number}" for number in numbers)


def test_healthy_voters_are_members_and_nobody_else() -> None:
    said = {"Servers": [server("a"), server("b.global"), server("c", Healthy=False), server("d", Voter=False)]}
    assert voters(said) == frozenset({"a", "b"})
    assert voters(None) is None


def test_another_nomad_is_asked_where_the_own_one_is_down() -> None:
    up = FakeApi({HEALTH: {"Servers": [server("servers-i-1.global")]}})
    down = FakeApi({})
    found = members(FakeApi({HEALTH: {"Servers": [server("servers-i-1")]}}), [down, up])
    assert found == Members(named(1), named(1))
    assert is_member(facts(), found)
    assert not is_member(facts(), members(up, [down]))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_server_is_replaced_when_it_was_away_for_long() -> None:
    clock = Clock()
    watch = Watch(facts(unhealthy_after=60), clock)
    instances, found = ["i-1", "i-2", "i-3"], Members(named(1, 2), named(1, 2, 3))
    for now in (0, 30, 59):
        clock.now = now
        assert watch.failed(instances, found, busy=False) is None
    clock.now = 60
    assert watch.failed(instances, found, busy=False) == "i-3"


def test_a_server_that_came_back_begins_anew() -> None:
    clock = Clock()
    watch = Watch(facts(unhealthy_after=60), clock)
    away, all_there = Members(named(1, 2), named(1, 2)), Members(named(1, 2, 3), named(1, 2, 3))
    for now, found in ((0, away), (30, away), (59, all_there), (60, away), (90, away), (119, away)):
        clock.now = now
        assert watch.failed(["i-1", "i-2", "i-3"], found, busy=False) is None


def test_while_others_come_or_go_nobody_is_replaced() -> None:
    clock = Clock()
    watch = Watch(facts(unhealthy_after=60), clock)
    found = Members(named(1, 2), named(1, 2))
    for now in (0, 30, 60):
        clock.now = now
        assert watch.failed(["i-1", "i-2", "i-3"], found, busy=True) is None
    assert watch.failed(["i-1", "i-2", "i-3"], found, busy=False) == "i-3"


def test_of_two_that_are_lost_with_a_zone_the_first_goes_first() -> None:
    clock = Clock()
    watch = Watch(facts(servers=5, unhealthy_after=60), clock)
    instances = [f"i-{number}" for number in range(1, 6)]
    assert watch.failed(instances, Members(named(1, 2, 3, 4), named(1, 2, 3, 4)), busy=False) is None
    clock.now = 30
    found = Members(named(1, 2, 3), named(1, 2, 3, 4))
    assert watch.failed(instances, found, busy=False) is None
    for now in (60, 90):
        clock.now = now
        assert watch.failed(instances, found, busy=True) is None
    assert watch.failed(instances, found, busy=False) == "i-5"
    assert watch.failed(instances[:4], found, busy=False) == "i-4"


def test_without_a_word_from_either_raft_nobody_is_replaced() -> None:
    clock = Clock()
    watch = Watch(facts(unhealthy_after=0), clock)
    for found in (Members(None, named(1, 2)), Members(named(1, 2), None)):
        assert watch.failed(["i-1", "i-2", "i-3"], found, busy=False) is None


def test_time_in_which_nobody_could_say_counts_for_nobody() -> None:
    clock = Clock()
    watch = Watch(facts(unhealthy_after=60), clock)
    instances = ["i-1", "i-2", "i-3"]
    for now, found in (
        (0, Members(named(1, 2), named(1, 2))),
        (30, Members(named(1, 2), named(1, 2))),
        (40, Members(None, None)),
        (400, Members(None, None)),
        (401, Members(named(1, 2), named(1, 2))),
    ):
        clock.now = now
        assert watch.failed(instances, found, busy=False) is None
    clock.now = 431
    assert watch.failed(instances, Members(named(1, 2), named(1, 2)), busy=False) == "i-3"


def test_time_in_which_nobody_looked_counts_for_nobody() -> None:
    """As while the leader itself starts parts again: who was away before, and is for a moment after, was there."""
    clock = Clock()
    watch = Watch(facts(unhealthy_after=60), clock)
    instances, found = ["i-1", "i-2", "i-3"], Members(named(1, 2), named(1, 2))
    for now in (0, 95, 124):
        clock.now = now
        assert watch.failed(instances, found, busy=False) is None
    clock.now = 125
    assert watch.failed(instances, found, busy=False) == "i-3"


def test_who_comes_after_another_has_the_whole_time_from_then_on() -> None:
    """As where all begin anew with a snapshot: the third can not come before the second is there."""
    clock = Clock()
    watch = Watch(facts(unhealthy_after=60), clock)
    instances = ["i-1", "i-2", "i-3"]
    two = Members(named(1, 2), named(1, 2))
    for now, found in ((0, Members(named(1), named(1))), (25, Members(named(1), named(1))), (50, two), (75, two)):
        clock.now = now
        assert watch.failed(instances, found, busy=False) is None
    # Who was there before, and comes back, makes nobody wait.
    for now, found in ((80, Members(named(1), named(1))), (85, two), (109, two)):
        clock.now = now
        assert watch.failed(instances, found, busy=False) is None
    clock.now = 110
    assert watch.failed(instances, two, busy=False) == "i-3"


def test_the_only_server_is_never_replaced() -> None:
    watch = Watch(facts(servers=1, unhealthy_after=0), Clock())
    assert watch.failed(["i-1"], Members(named(1), frozenset()), busy=False) is None


@given(
    st.sampled_from([1, 3, 5]),
    st.lists(st.tuples(st.integers(0, 100), st.sets(st.integers(1, 6)), st.sets(st.integers(1, 6))), max_size=12),
)
def test_whatever_happens_enough_are_left_to_decide(
    servers: int, story: Collection[tuple[int, set[int], set[int]]]
) -> None:
    clock = Clock()
    watch = Watch(facts(servers=servers, unhealthy_after=30), clock)
    instances = [f"i-{number}" for number in range(1, servers + 1)]
    for pause, consul, nomad in story:
        clock.now += pause
        found = Members(named(*consul), named(*nomad))
        failed = watch.failed(instances, found, busy=False)
        if failed:
            gone = {f"servers-{failed}"}
            assert min(len(consul), len(nomad)) and not gone <= found.whole()
            assert len(named(*consul) - gone) > servers // 2
            assert len(named(*nomad) - gone) > servers // 2
