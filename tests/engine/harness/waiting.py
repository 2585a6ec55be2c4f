"""Waiting for something to become true, with a deadline and an honest last word."""

import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")


def until(look: Callable[[], Seen], what: str, within: float, every: float = 0.1) -> Seen:
    """The first true answer of ``look``. Fails after ``within`` seconds, saying ``what`` and the last answer.

    An AssertionError of ``look`` itself counts as "not yet", and is part of the last word.
    """
    deadline = time.monotonic() + within
    while True:
        try:
            seen: object = look()
            if seen:
                return seen  # type: ignore[return-value]
        except AssertionError as error:
            seen = error
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {within:g} s, last seen: {seen!r}")
        time.sleep(every)
