"""How many of something there are, while something else is done."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from tests.engine.harness.meanwhile import again_and_again

Thing = TypeVar("Thing")


@dataclass
class Counts:
    """How many there were, time and again."""

    counts: list[int] = field(default_factory=list)
    longest_silence: float = 0.0
    """Seconds in which nobody could say."""


@contextmanager
def counted(count: Callable[[], int | None]) -> Iterator[Counts]:
    """Counts while the block runs; None where nobody can say."""
    found, known = Counts(), time.monotonic()

    def look() -> None:
        nonlocal known
        number = count()
        if number is not None:
            found.counts.append(number)
            known = time.monotonic()
        found.longest_silence = max(found.longest_silence, time.monotonic() - known)

    with again_and_again(look, 0.3, ends_within=30):
        yield found


def how_many(things: Sequence[Thing], is_so: Callable[[Thing], bool]) -> int:
    """How many of them are so. All are asked at once: while one is slow to say, another may come or go."""
    with ThreadPoolExecutor(len(things) or 1) as threads:
        return sum(threads.map(is_so, things))
