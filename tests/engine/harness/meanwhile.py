"""What goes on beside a test."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def again_and_again(step: Callable[[], object], every: float, ends_within: float = 10) -> Iterator[None]:
    """Takes a step every so many seconds while the block runs, and waits that long for the last one to end."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(every):
            step()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(ends_within)
