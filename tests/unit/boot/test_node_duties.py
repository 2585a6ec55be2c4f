"""What a node does again and again."""

import itertools

import pytest

from foxden.boot.files.node.api import ApiError
from foxden.boot.files.node.duties import Done, Duties, Duty, Gone


class Story:
    """A clock, and who did something when."""

    def __init__(self) -> None:
        self.now = 0.0
        self.done: list[tuple[str, float]] = []

    def duty(self, name: str, every: float, outcomes: tuple[Exception | None, ...] = ()) -> Duty:
        left = list(outcomes)

        def do() -> None:
            self.done.append((name, self.now))
            outcome = left.pop(0) if left else None
            if outcome:
                raise outcome

        return Duty(name, every, do)

    def until(self, end: float, duties: Duties) -> None:
        while self.now < end:
            duties.once()
            self.now += 1


def test_each_is_done_when_it_is_due() -> None:
    story = Story()
    story.until(10, Duties([story.duty("often", 3), story.duty("seldom", 6)], lambda: story.now))
    assert [now for name, now in story.done if name == "often"] == [0, 3, 6, 9]
    assert [now for name, now in story.done if name == "seldom"] == [0, 6]


def test_what_fails_is_tried_again_soon_said_once_and_keeps_nobody_back(capsys: pytest.CaptureFixture[str]) -> None:
    story = Story()
    failing = story.duty("failing", 60, (ApiError("no"), ApiError("no"), None))
    story.until(9, Duties([failing, story.duty("other", 4)], lambda: story.now))
    assert [now for name, now in story.done if name == "failing"] == [0, 2, 6]
    assert [now for name, now in story.done if name == "other"] == [0, 4, 8]
    assert capsys.readouterr().out == "failing: ApiError: no\n"


def test_what_fails_again_and_again_is_tried_ever_more_seldom_and_soon_again_once_it_worked() -> None:
    story = Story()
    outcomes = (*[ApiError("no")] * 8, None, ApiError("no"), None)
    story.until(2000, Duties([story.duty("failing", 600, outcomes)], lambda: story.now))
    times = [now for _, now in story.done]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60, 600, 2, 600]


def test_what_fails_is_never_tried_more_seldom_than_what_works() -> None:
    story = Story()
    story.until(30, Duties([story.duty("failing", 5, (ApiError("no"),) * 9)], lambda: story.now))
    assert [now for _, now in story.done] == [0, 2, 6, 11, 16, 21, 26]


def test_what_is_done_for_good_is_not_done_again() -> None:
    story = Story()
    story.until(9, Duties([story.duty("once", 1, (None, Done()))], lambda: story.now))
    assert story.done == [("once", 0), ("once", 1)]


def test_who_is_gone_does_nothing_more() -> None:
    story = Story()
    with pytest.raises(Gone):
        Duties([story.duty("leave", 1, (Gone(),)), story.duty("other", 1)], lambda: story.now).once()
    assert story.done == [("leave", 0)]
