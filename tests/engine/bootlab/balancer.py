"""The balancer in front of the workers' ingress: it asks each worker how it is, and sends requests to the well ones.

As an ALB does it: a target gets requests once it is in service and has answered twice, and none any more when its group
lets it go, or when it has failed to answer twice. A request is sent once.
"""

import http.client
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.engine.bootlab.scaling import Member
from tests.engine.bootlab.serving import Answering, serving

_IN_A_ROW = 2
_TIMEOUT = 15
_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


@dataclass
class Targets:
    """Who gets requests."""

    members: Callable[[], list[Member]]
    port: int
    healthy: set[str] = field(default_factory=set)
    _against: dict[str, int] = field(default_factory=dict)
    """Instance -> how often in a row it did what changes its mark."""
    _turn: Iterator[int] = field(default_factory=itertools.count)

    def well(self) -> list[str]:
        """The addresses of those that get requests."""
        return [each.facts.address for each in self.members() if each.id in self.healthy]

    def next(self) -> str | None:
        """Whose turn it is."""
        well = self.well()
        return well[next(self._turn) % len(well)] if well else None

    def look(self) -> None:
        """Ask each how it is."""
        for member in self.members():
            good = self._answers(member.facts.address)
            changes = good != (member.id in self.healthy)
            self._against[member.id] = self._against.get(member.id, 0) + 1 if changes else 0
            if self._against[member.id] >= _IN_A_ROW:
                self._against[member.id] = 0
                self.healthy ^= {member.id}

    def _answers(self, address: str) -> bool:
        connection = http.client.HTTPConnection(address, self.port, timeout=2)
        try:
            connection.request("GET", "/", headers={"Host": "balancer"})
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@contextmanager
def balancer(members: Callable[[], list[Member]], port: int) -> Iterator[Targets]:
    """Listens on loopback at the ingress's port while the block runs."""
    targets = Targets(members, port)
    over = threading.Event()

    class Balancer(Answering):
        def do_GET(self) -> None:
            target = targets.next()
            if target is None:
                return self.say(503, "no worker is well")
            connection = http.client.HTTPConnection(target, port, timeout=_TIMEOUT)
            try:
                connection.request("GET", self.path, headers=dict(self.headers.items()))
                answer = connection.getresponse()
                kept = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
                return self.say(answer.status, answer.read(), kept)
            except (OSError, http.client.HTTPException) as error:
                return self.say(502, f"{target}: {error!r}")
            finally:
                connection.close()

    def check() -> None:
        while not over.wait(0.5):
            targets.look()

    thread = threading.Thread(target=check, daemon=True)
    thread.start()
    try:
        with serving(("127.0.0.1", port), Balancer):
            yield targets
    finally:
        over.set()
        thread.join(10)
