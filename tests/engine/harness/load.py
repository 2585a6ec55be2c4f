"""A steady stream of requests, as of many users, that remembers every failure."""

import functools
import http.client
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_REQUEST_TIMEOUT = 15.0
_LONGEST = 600.0
"""Seconds after which a stream ends by itself."""
_PER_CONNECTION = 12
"""Requests on a connection that is kept, before a new one is made."""
_CLOSED_BEFORE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)
"""How a client sees that a kept connection was closed before the server had read the request."""


@dataclass(frozen=True)
class Failed:
    """A request that a user would have seen fail."""

    at: float
    """Seconds since the stream began."""
    reason: str

    def __str__(self) -> str:
        return f"after {self.at:.2f} s: {self.reason}"


@dataclass
class Stream:
    """What came of the requests so far."""

    url: str
    begun: float = field(default_factory=time.monotonic)
    good: int = 0
    failed: list[Failed] = field(default_factory=list)
    renewed: int = 0
    """Requests sent again because the server had closed the kept connection before it read them."""
    slowest: float = 0.0
    answers: Counter[str] = field(default_factory=Counter)
    """Which version of the first service answered, and how often."""
    last_good: float = 0.0
    """Seconds since the stream began."""
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def note_good(self, seconds: float, version: str) -> None:
        """A request was answered well."""
        with self._guard:
            self.good += 1
            self.slowest = max(self.slowest, seconds)
            self.answers[version] += 1
            self.last_good = time.monotonic() - self.begun

    def note_failed(self, reason: str) -> None:
        """A request failed."""
        with self._guard:
            self.failed.append(Failed(time.monotonic() - self.begun, reason))

    def note_renewed(self) -> None:
        """A kept connection was closed by the server between two requests."""
        with self._guard:
            self.renewed += 1

    def __str__(self) -> str:
        text = (
            f"{self.good} good and {len(self.failed)} failed requests to {self.url}, the slowest took "
            f"{self.slowest:.2f} s, {self.renewed} were sent again on a new connection"
        )
        return "\n  ".join([text, *map(str, self.failed[:20])])

    def none_failed(self, at_least: int = 20) -> None:
        """Fails unless every request was answered, and there were enough of them to tell."""
        assert not self.failed, str(self)
        assert self.good >= at_least, f"too few requests to tell: {self}"


@contextmanager
def steady_requests(url: str, per_second: float = 30, users: int = 6) -> Iterator[Stream]:
    """GET ``url`` all the time while the block runs; every second user keeps connections for several requests."""
    stream = Stream(url)
    over = threading.Event()
    begin = functools.partial(_user, stream, over, pause=users / per_second)
    threads = [threading.Thread(target=begin, args=(n, n / per_second), daemon=True) for n in range(users)]
    for thread in threads:
        thread.start()
    try:
        yield stream
    finally:
        over.set()
        for thread in threads:
            thread.join(_REQUEST_TIMEOUT + 5)
    assert not any(thread.is_alive() for thread in threads), f"a request hangs for more than its timeout: {stream}"


def _user(stream: Stream, over: threading.Event, number: int, offset: float, pause: float) -> None:
    parts = urlsplit(stream.url)
    kept: http.client.HTTPConnection | None = None
    due = stream.begun + offset
    for count in itertools.count():
        if over.wait(max(0.0, due - time.monotonic())) or time.monotonic() - stream.begun > _LONGEST:
            break
        due = max(due + pause, time.monotonic())  # after a slow answer: no burst to catch up
        if kept and (number % 2 == 0 or count % _PER_CONNECTION == 0):
            kept.close()
            kept = None
        kept = _request(stream, parts.hostname or "", parts.port or 80, parts.path or "/", kept)
    if kept:
        kept.close()


def _request(
    stream: Stream, host: str, port: int, path: str, kept: http.client.HTTPConnection | None
) -> http.client.HTTPConnection | None:
    """One request; returns the connection to go on with."""
    begun = time.monotonic()
    connection = kept or http.client.HTTPConnection("127.0.0.1", port, timeout=_REQUEST_TIMEOUT)
    try:
        connection.request("GET", path, headers={"Host": f"{host}:{port}"})
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        if kept is not None and isinstance(error, _CLOSED_BEFORE):
            # RFC 9112, 9.3.1: a server may close an idle connection at any time; a client then repeats a GET.
            stream.note_renewed()
            return _request(stream, host, port, path, None)
        stream.note_failed(f"no whole answer: {error!r}")
        return None
    if answer.status == 200:
        stream.note_good(time.monotonic() - begun, _version(body))
    else:
        stream.note_failed(f"answer {answer.status} to {host}{path}: {body.decode(errors='replace')[:1500]}")
    if answer.will_close:
        connection.close()
        return None
    return connection


def _version(body: bytes) -> str:
    try:
        return str(json.loads(body)["version"])
    except (ValueError, KeyError, TypeError):
        return "unreadable"
