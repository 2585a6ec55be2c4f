"""Waiting for something, with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

from .rest import ApiError

Said = TypeVar("Said")


def never() -> bool:
    """For ``unless``, where nothing ends a wait before its time."""
    return False


def until(
    done: Callable[[], bool],
    within: float,
    meanwhile: Callable[[], None],
    every: float = 2,
    unless: Callable[[], bool] = never,
) -> bool:
    """Wait until ``done``, with ``meanwhile`` every now and then; False when time is up, or ``unless`` says so.

    Whatever goes wrong is no end: a node that goes must not begin anew because its cloud was asked too often.
    """
    end, beat = time.monotonic() + within, 0.0
    said: set[str] = set()
    while True:
        if _tried(done, said):
            return True
        now = time.monotonic()
        if now >= end or _tried(unless, said):
            return False
        if now >= beat:
            beat = now + 30
            _tried(meanwhile, said)
        time.sleep(min(every, max(0.05, end - now)))


def _tried(what: Callable[[], object], said: set[str]) -> bool:
    try:
        return bool(what())
    except (ApiError, OSError):
        return False  # not yet
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        if told not in said:
            said.add(told)
            print(f"goes on waiting: {told}", flush=True)
        return False


def nothing() -> None:
    """For ``meanwhile``, where nothing is to be done."""
    return None


def again(ask: Callable[[], Said], tries: int = 3, every: float = 1) -> Said:
    """What is said to a question that may be asked more than once; ApiError where no try brought an answer."""
    while True:
        tries -= 1
        try:
            return ask()
        except ApiError:
            if tries <= 0:
                raise
        time.sleep(every)
