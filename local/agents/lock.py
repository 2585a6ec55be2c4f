"""One at a time: across processes, and for as long as the holder lives."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from local.errors import LocalError
from local.paths import state_dir

_WAIT = 180.0


@contextmanager
def exclusive(file: Path) -> Iterator[None]:
    """Hold a lock on ``file``, which is made if missing; LocalError when another process holds it for minutes."""
    lock = FileLock(file, timeout=_WAIT)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise LocalError(f"another 'make up' or 'make down' has been at work for minutes (it locks {file})") from None
    except OSError as error:
        raise LocalError(f"cannot use {file} ({error}): if it was made with sudo, use sudo again") from None
    try:
        yield
    finally:
        lock.release()


def cluster_lock() -> AbstractContextManager[None]:
    """Held while this state directory's cluster is started or stopped."""
    return exclusive(state_dir() / "agents.lock")
