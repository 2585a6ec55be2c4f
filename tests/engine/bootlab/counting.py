"""How many of something there are, while something else is done."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Counts:
    """How many there were, time and again."""

    counts: list[int] = field(default_factory=list)
    longest_silence: float = 0.0
    """Seconds in which nobody could say."""


@contextmanager
def counted(count: Callable[[], int | None]) -> Iterator[Counts]:
    """Counts while the block runs; None where nobody can say."""
    found, over = Counts(), threading.Event()

    def go_on() -> None:
        known = time.monotonic()
        while not over.wait(0.3):
            number = count()
            if number is not None:
                found.counts.append(number)
                known = time.monotonic()
            found.longest_silence = max(found.longest_silence, time.monotonic() - known)

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join(30)
