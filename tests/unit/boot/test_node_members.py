"""Which server is replaced, and when none is."""

from collections.abc import Collection
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from foxden.boot.files.node.members import Members, is_member, members, voters
from foxden.boot.files.node.watch import Watch
from tests.unit.boot.fakes import FakeApi, facts

HEALTH = "GET /v1/operator/autopilot/health"
THREE = ("i-1", "i-2", "i-3")


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


class Story:
    """A watch of three servers, and the clock that it goes by."""

    def __init__(self, **known: Any) -> None:
        self._clock = Clock()
        self.watch = Watch(facts(**{"unhealthy_after": 60, **known}), self._clock)

    def at(
        self, *looks: tuple[float, Members], instances: Collection[str] = THREE, busy: bool = False
    ) -> list[str | None]:
        """Who is to be replaced at each of these times, with what was found then."""
        said = []
        for now, found in looks:
            self._clock.now = now
            said.append(self.watch.failed(instances, found, busy))
        return said


def test_a_server_is_replaced_when_it_was_away_for_long() -> None:
    found = Members(named(1, 2), named(1, 2, 3))
    assert Story().at((0, found), (30, found), (59, found), (60, found)) == [None, None, None, "i-3"]


def test_a_server_that_came_back_begins_anew() -> None:
    away, all_there = Members(named(1, 2), named(1, 2)), Members(named(1, 2, 3), named(1, 2, 3))
    looks = ((0, away), (30, away), (59, all_there), (60, away), (90, away), (119, away))
    assert Story().at(*looks) == [None] * 6


def test_while_others_come_or_go_nobody_is_replaced() -> None:
    story, found = Story(), Members(named(1, 2), named(1, 2))
    assert story.at((0, found), (30, found), (60, found), busy=True) == [None] * 3
    assert story.at((60, found)) == ["i-3"]


def test_of_two_that_are_lost_with_a_zone_the_first_goes_first() -> None:
    story, instances = Story(servers=5), [f"i-{number}" for number in range(1, 6)]
    found = Members(named(1, 2, 3), named(1, 2, 3, 4))
    first = (0, Members(named(1, 2, 3, 4), named(1, 2, 3, 4)))
    assert story.at(first, (30, found), instances=instances) == [None, None]
    assert story.at((60, found), (90, found), instances=instances, busy=True) == [None, None]
    assert story.at((90, found), instances=instances) == ["i-5"]
    assert story.at((90, found), instances=instances[:4]) == ["i-4"]


def test_without_a_word_from_either_raft_nobody_is_replaced() -> None:
    nobody_says = ((0, Members(None, named(1, 2))), (0, Members(named(1, 2), None)))
    assert Story(unhealthy_after=0).at(*nobody_says) == [None, None]


def test_time_in_which_nobody_could_say_counts_for_nobody() -> None:
    away, nobody = Members(named(1, 2), named(1, 2)), Members(None, None)
    looks = ((0, away), (30, away), (40, nobody), (400, nobody), (401, away), (431, away))
    assert Story().at(*looks) == [None] * 5 + ["i-3"]


def test_time_in_which_nobody_looked_counts_for_nobody() -> None:
    """As while the leader itself starts parts again: who was away before, and is for a moment after, was there."""
    found = Members(named(1, 2), named(1, 2))
    assert Story().at((0, found), (95, found), (124, found), (125, found)) == [None, None, None, "i-3"]


def test_who_comes_after_another_has_the_whole_time_from_then_on() -> None:
    """As where all begin anew with a snapshot: the third can not come before the second is there."""
    story, one, two = Story(), Members(named(1), named(1)), Members(named(1, 2), named(1, 2))
    assert story.at((0, one), (25, one), (50, two), (75, two)) == [None] * 4
    # Who was there before, and comes back, makes nobody wait.
    assert story.at((80, one), (85, two), (109, two), (110, two)) == [None, None, None, "i-3"]


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
