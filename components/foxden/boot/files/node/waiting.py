"""Waiting for something, with a deadline."""

import time
from collections.abc import Callable

from .rest import ApiError


def until(done: Callable[[], bool], within: float, meanwhile: Callable[[], None], every: float = 2) -> bool:
    """Wait until ``done``, with ``meanwhile`` every now and then; False when time is up."""
    end, beat = time.monotonic() + within, 0.0
    while True:
        try:
            if done():
                return True
        except (ApiError, OSError):
            pass  # not done yet
        now = time.monotonic()
        if now >= end:
            return False
        if now >= beat:
            beat = now + 30
            meanwhile()
        time.sleep(min(every, max(0.05, end - now)))


def nothing() -> None:
    """For ``meanwhile``, where nothing is to be done."""
    return None
