"""Something is killed while requests come in: it is back, and who noticed is counted."""

import time
from collections.abc import Callable

import psutil

from tests.engine.harness.load import Stream
from tests.engine.harness.waiting import until

BACK_WITHIN = 40.0
GAP = 10.0
"""Seconds for which requests may fail after the only one was killed that takes them: nobody else can listen in its
place until it is back. It takes between one and two."""


def gone(process: psutil.Process) -> bool:
    """Whether it has ended."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # between the two questions
        return True


def killed(stream: Stream, victim: psutil.Process, is_back: Callable[[], object], what: str) -> float:
    """Kill it under load and wait until ``what`` is back; gives the second of the stream in which it was killed."""
    until(lambda: stream.good > 20, "requests are answered", within=10)
    at = time.monotonic() - stream.begun
    victim.kill()
    until(lambda: gone(victim) and is_back(), f"{what} is back", BACK_WITHIN)
    return at


def failed_briefly(stream: Stream, at: float, within: float = GAP) -> None:
    """Fails when requests failed for longer than ``within`` seconds after the kill, or still do."""
    good = stream.good
    until(lambda: stream.good > good + 60, "requests are answered again", BACK_WITHIN)
    last = max((failed.at for failed in stream.failed), default=at)
    assert last - at < within, f"requests failed for {last - at:.1f} s: {stream}"
    assert last < stream.last_good, f"requests still fail: {stream}"
