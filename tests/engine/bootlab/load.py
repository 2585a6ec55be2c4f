"""A steady load of writes and reads on Consul, by clients that try again as clients do."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from tests.engine.bootlab.access import Access

TRIES = 8
_TIMEOUT = 5
_PREFIX = "foxden/load"


@dataclass
class Load:
    """What came of it."""

    done: int = 0
    tried_again: int = 0
    failed: list[str] = field(default_factory=list)
    slowest: float = 0.0
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


@dataclass
class Client:
    """One client: it writes, and reads what it wrote, at whichever server answers."""

    access: Access
    token: str
    load: Load
    key: str

    def ask(self, method: str, query: str, body: str = "") -> str:
        """A request, tried again at another server after a while that grows: 0.1 s to 3 s."""
        begun, said = time.monotonic(), "no server is in service"
        for tries in range(1, TRIES + 1):
            servers = self.access.servers()
            if servers:
                address = random.choice(servers).facts.address
                url = f"https://{address}:8501/v1/kv/{_PREFIX}/{self.key}?{query}"
                headers = {"X-Consul-Token": self.token}
                try:
                    answer = requests.request(
                        method, url, data=body, headers=headers, timeout=_TIMEOUT, verify=str(self.access.ca)
                    )
                    if answer.status_code == 200:
                        self.load.note(tries, time.monotonic() - begun)
                        return answer.text
                    said = f"{address}: {answer.status_code} {answer.text[:200]}"
                except requests.RequestException as error:
                    said = f"{address}: {error!r}"
            time.sleep(min(3.0, 0.1 * 2**tries) * random.uniform(0.5, 1))
        self.load.failed.append(f"{method} {self.key}: {said}")
        return ""


@contextmanager
def steady_load(access: Access, clients: int = 3, pause: float = 0.2) -> Iterator[Load]:
    """Goes on while the block runs."""
    load, over = Load(), threading.Event()
    token = access.cluster.parameter("operators/consul-token")

    def run(number: int) -> None:
        client = Client(access, token, load, f"client-{number}")
        count = 0
        while not over.wait(pause):
            count += 1
            client.ask("PUT", "", str(count))
            read = client.ask("GET", "raw&consistent")
            if read != str(count):
                load.failed.append(f"client-{number} wrote {count} and read {read!r}")

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        over.set()
        for thread in threads:
            thread.join(90)
