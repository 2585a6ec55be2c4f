"""The balancers in front of a cluster: they ask each target how it is, and send requests to the well ones.

As AWS does it: a target gets requests once it is in service and has answered for a while, and none any more when its
group lets it go, or when it has failed to answer twice. The one of the ingress is an ALB, and sends a request once; the
one of an API is an NLB: it passes connections on, and ends those of a target that is not well any more.
"""

import contextlib
import http.client
import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.engine.bootlab.scaling import Member
from tests.engine.bootlab.serving import Answering, serving
from tests.engine.harness.meanwhile import again_and_again

_KNOWS_ROUTES, _IS_READY, _BAD_IN_A_ROW = 20, 8, 2
"""How often in a row, every half a second. An ingress answers before it knows its routes, on a busy machine for some
seconds; an API that says that it is ready is so."""
_TIMEOUT = 15
_CONNECT_WITHIN = 3
_CHUNK = 1 << 16
_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


@dataclass
class Targets:
    """Who gets requests."""

    members: Callable[[], list[Member]]
    answers: Callable[[str], bool]
    """Whether whoever has an address is well."""
    good_in_a_row: int
    """How often a newcomer has to answer well."""
    healthy: set[str] = field(default_factory=set)
    _against: dict[str, int] = field(default_factory=dict)
    """Instance -> how often in a row it did what changes its mark."""
    _turn: Iterator[int] = field(default_factory=itertools.count)
    _begun: bool = False

    def well(self) -> list[str]:
        """The addresses of those that get requests."""
        return [each.facts.address for each in self.members() if each.id in self.healthy]

    def next(self) -> str | None:
        """Whose turn it is."""
        there = self.well() or [each.facts.address for each in self.members()]
        return there[next(self._turn) % len(there)] if there else None

    def look(self) -> None:
        """Ask each how it is. Who is there when this begins has been for long, and needs to be asked once only."""
        needed, self._begun = self.good_in_a_row if self._begun else 1, True
        for member in self.members():
            good = self.answers(member.facts.address)
            changes = good != (member.id in self.healthy)
            self._against[member.id] = self._against.get(member.id, 0) + 1 if changes else 0
            if self._against[member.id] >= (needed if good else _BAD_IN_A_ROW):
                self._against[member.id] = 0
                self.healthy ^= {member.id}


def _serves(port: int) -> Callable[[str], bool]:
    """Whether an ingress answers."""

    def serves(address: str) -> bool:
        return _answers(http.client.HTTPConnection(address, port, timeout=2), "/", range(500))

    return serves


def _is_ready(port: int, path: str) -> Callable[[str], bool]:
    """Whether an API says so, by whatever certificate."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE

    def is_ready(address: str) -> bool:
        return _answers(http.client.HTTPSConnection(address, port, timeout=2, context=anybody), path, range(200, 300))

    return is_ready


def _answers(connection: http.client.HTTPConnection, path: str, good: range) -> bool:
    try:
        connection.request("GET", path, headers={"Host": "balancer"})
        return connection.getresponse().status in good
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _looking(targets: Targets, afterwards: Callable[[], None] = lambda: None) -> Iterator[None]:
    """All are asked again and again while the block runs."""

    def check() -> None:
        targets.look()
        afterwards()

    with again_and_again(check, 0.5):
        yield


@contextmanager
def balancer(members: Callable[[], list[Member]], port: int) -> Iterator[Targets]:
    """Listens on loopback at the ingress's port while the block runs."""
    targets = Targets(members, _serves(port), _KNOWS_ROUTES)

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

    with _looking(targets), serving(("127.0.0.1", port), Balancer):
        yield targets


@dataclass
class Passing:
    """The connections that are passed on."""

    targets: Targets
    port: int
    _open: dict[str, set[socket.socket]] = field(default_factory=dict)
    """Address of a target -> both ends of its connections."""
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def accept(self, server: socket.socket) -> None:
        """Until the server's socket is closed."""
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        address = self.targets.next()
        with client, contextlib.suppress(OSError):
            if address is None:
                return
            with socket.create_connection((address, self.port), timeout=_CONNECT_WITHIN) as target:
                target.settimeout(None)
                ends = {client, target}
                with self._guard:
                    self._open.setdefault(address, set()).update(ends)
                back = threading.Thread(target=_copy, args=(target, client), daemon=True)
                back.start()
                _copy(client, target)
                back.join()
                with self._guard:
                    self._open[address] -= ends

    def end_lost(self) -> None:
        """End the connections of those that are registered, and not well any more, where others are."""
        if not self.targets.well():
            return
        registered = {each.facts.address for each in self.targets.members()}
        for address in registered - set(self.targets.well()):
            with self._guard:
                ends = self._open.pop(address, set())
                self._open[address] = set()
            for end in ends:
                _shut(end, socket.SHUT_RDWR)

    def end(self) -> None:
        """End all."""
        with self._guard:
            ends = set().union(*self._open.values())
        for end in ends:
            _shut(end, socket.SHUT_RDWR)


def _copy(source: socket.socket, target: socket.socket) -> None:
    """One direction of a connection, to its end."""
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            target.sendall(data)
    _shut(target, socket.SHUT_WR)


def _shut(end: socket.socket, how: int) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(how)


@contextmanager
def passing(members: Callable[[], list[Member]], port: int, path: str) -> Iterator[Targets]:
    """Listens on all the lab's addresses at an API's port while the block runs; the API tells its health at a path."""
    targets = Targets(members, _is_ready(port, path), _IS_READY)
    passed = Passing(targets, port)
    with socket.create_server(("", port), backlog=128) as server, _looking(targets, passed.end_lost):
        thread = threading.Thread(target=passed.accept, args=(server,), daemon=True)
        thread.start()
        try:
            yield targets
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            passed.end()
