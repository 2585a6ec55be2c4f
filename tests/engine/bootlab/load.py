"""A steady load of writes and reads on what a cluster keeps, by clients that try again as clients do."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import requests

TRIES = 8


@dataclass
class Load:
    """What came of it."""

    done: int = 0
    tried_again: int = 0
    failed: list[str] = field(default_factory=list)
    slowest: float = 0.0
    written: dict[str, int] = field(default_factory=dict)
    """Key -> the last text that was kept, a number that rises by one each time."""
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def note(self, tries: int, seconds: float) -> None:
        """A request succeeded."""
        with self._guard:
            self.done += 1
            self.tried_again += tries - 1
            self.slowest = max(self.slowest, seconds)

    def none_failed(self, at_least: int) -> None:
        """Fails unless every request succeeded in the end, and there were enough of them to tell."""
        said = f"{self.done} done, {self.tried_again} tried again, the slowest took {self.slowest:.1f} s"
        assert not self.failed, f"{len(self.failed)} failed ({said}): {self.failed[:5]}"
        assert self.done >= at_least, said


class Store(Protocol):
    """What keeps texts by key, and says so only when they are kept. Raises whatever comes in between."""

    def put(self, key: str, value: str) -> None:
        """Keep a text."""

    def get(self, key: str) -> str:
        """What is kept, all that was put included."""


@dataclass
class Client:
    """One client: it writes, and reads what it wrote."""

    store: Store
    load: Load
    key: str

    def write(self, value: str) -> bool:
        """Whether it was kept in the end."""

        def put() -> str:
            self.store.put(self.key, value)
            return value

        return self._tried(put, f"write of {self.key}") is not None

    def read(self) -> str | None:
        """What is kept; None where nobody says."""
        return self._tried(lambda: self.store.get(self.key), f"read of {self.key}")

    def _tried(self, what: Callable[[], str], name: str) -> str | None:
        """A request, tried again after a while that grows: 0.1 s to 3 s."""
        begun, said = time.monotonic(), ""
        for tries in range(1, TRIES + 1):
            try:
                answer = what()
            except (AssertionError, requests.RequestException) as error:
                said = repr(error)[:500]
            else:
                self.load.note(tries, time.monotonic() - begun)
                return answer
            time.sleep(min(3.0, 0.1 * 2**tries) * random.uniform(0.5, 1))
        self.load.failed.append(f"{name}: {said}")
        return None


@contextmanager
def steady_load(store: Store, clients: int = 3, pause: float = 0.2) -> Iterator[Load]:
    """Goes on while the block runs."""
    load, over = Load(), threading.Event()

    def run(number: int) -> None:
        client = Client(store, load, f"client-{number}")
        count = 0
        while not over.wait(pause):
            count += 1
            if client.write(str(count)):
                load.written[client.key] = count
            read = client.read()
            if read != str(count):
                load.failed.append(f"{client.key} wrote {count} and read {read!r}")

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        over.set()
        for thread in threads:
            thread.join(TRIES * 20)
