"""One command at a time, and one way to be interrupted."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from filelock import FileLock, Timeout

from local.errors import LocalError
from local.paths import state_dir

LOCK = "command.lock"


@contextmanager
def session() -> Iterator[None]:
    """While a command changes things: no second one at the same state, and a request to end is like Ctrl-C.

    Raises LocalError when another command is at work.
    """

    try:
        state_dir().mkdir(parents=True, exist_ok=True)
        lock = FileLock(state_dir() / LOCK, timeout=0).acquire()
    except Timeout:
        raise LocalError(
            "another 'make up', 'make down' or 'make reap' is at work here: wait until it has ended"
        ) from None
    except OSError as error:
        raise LocalError(f"cannot keep state in {state_dir()}: {error}") from None
    with interruptible(), lock:
        yield


@contextmanager
def interruptible() -> Iterator[None]:
    """While a command works: a request to end is like Ctrl-C, so that it cleans up."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
