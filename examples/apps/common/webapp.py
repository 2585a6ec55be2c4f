"""What the example services share: a small HTTP server that tells who it is and calls what it needs.

Standard library only. Copied into each service's artifact, next to its ``app.py``.
"""

import contextlib
import json
import os
import signal
import socket
import socketserver
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_IDLE_TIMEOUT = 150.0
"""Seconds that a connection may be silent; more than the two minutes that proxies keep one in stock."""
_DRAIN_TIMEOUT = 10.0
"""Seconds that requests in flight get after SIGTERM; less than the 15 after which a service is killed."""

Answer = dict[str, Any]


@dataclass(frozen=True)
class App:
    """One example service."""

    name: str
    paths: Sequence[str] = ("/",)
    """Where it answers, each with everything below it; ``/`` stands for itself alone."""
    needs: Sequence[str] = ()
    """Services that it calls for every answer."""
    need_timeout: float = 3.0
    """Seconds that a need may take. A caller of callers must be more patient than those."""
    secrets: Sequence[str] = ()
    """ENV names of which it only tells whether they are set."""
    page: Callable[[Answer], str] | None = None
    """Makes HTML of the answer for a browser. Default: JSON for everybody."""


@dataclass(frozen=True)
class Facts:
    """What an instance was told by its ENV."""

    version: str
    instance: str
    environment: str
    host: str
    port: int
    needs: Mapping[str, str]
    """Need -> its URL."""
    addresses: Mapping[str, str]
    """Every address that was injected, by ENV name, without credentials."""
    secrets: Mapping[str, bool] = field(default_factory=dict)


def read_facts(app: App, env: Mapping[str, str]) -> Facts:
    """What ``env`` says. Raises ValueError that names all that is missing or malformed."""
    needs = {need: env.get(_env_name(need), "") for need in app.needs}
    problems = [f"{_env_name(need)} is not set" for need, url in needs.items() if not url]
    port = env.get("PORT", "8080")
    if not port.isdecimal() or not 0 <= int(port) <= 65535:
        problems.append(f"PORT must be a port, got {port!r}")
    if problems:
        raise ValueError("; ".join(problems))
    return Facts(
        version=env.get("SERVICE_VERSION", "dev"),
        instance=env.get("INSTANCE_ID") or socket.gethostname(),
        environment=env.get("ENVIRONMENT", "none"),
        host=env.get("HOST", "127.0.0.1"),
        port=int(port),
        needs=needs,
        addresses={name: _shown(env[name]) for name in sorted(env) if _is_injected(name, env)},
        secrets={name: bool(env.get(name)) for name in app.secrets},
    )


def _env_name(need: str) -> str:
    return f"{need.upper().replace('-', '_')}_URL"


def _is_injected(name: str, env: Mapping[str, str]) -> bool:
    stem = name.removesuffix("_URL")
    return name.endswith("_URL") and f"{stem}_HOST" in env and f"{stem}_PORT" in env


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def answer(app: App, facts: Facts) -> tuple[HTTPStatus, Answer]:
    """Who this is and what its needs say: 200, or 502 when one of them failed."""
    body: Answer = {
        "service": app.name,
        "version": facts.version,
        "instance": facts.instance,
        "environment": facts.environment,
        "addresses": dict(facts.addresses),
    }
    if facts.secrets:
        body["secrets"] = dict(facts.secrets)
    failed = []
    for need, url in facts.needs.items():
        try:
            body.setdefault("needs", {})[need] = _ask(url, app.need_timeout)
        except NeedFailed as trouble:
            body.setdefault("needs", {})[need] = trouble.answer
            failed.append(f"{need} at {_shown(url)}: {trouble}")
    if failed:
        body["error"] = "; ".join(failed)
        return HTTPStatus.BAD_GATEWAY, body
    return HTTPStatus.OK, body


class NeedFailed(Exception):
    """A need did not answer with 200 and JSON; ``answer`` is what it said all the same."""

    def __init__(self, reason: str, said: Any = None) -> None:
        super().__init__(reason)
        self.answer = said


# A proxy of the user's has no business between two services.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _ask(url: str, timeout: float) -> Any:
    try:
        with _OPENER.open(url, timeout=timeout) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            said = error.read()
        raise NeedFailed(f"answered {error.code}", _json_or_none(said)) from None
    except urllib.error.URLError as error:
        raise NeedFailed(f"did not answer: {error.reason}") from None
    except (OSError, ValueError) as error:  # cut off, too slow, or no JSON
        raise NeedFailed(f"did not answer well: {error}") from None


def _json_or_none(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


class Server(ThreadingHTTPServer):
    """A thread for each connection. On its way down it finishes what was asked."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app: App, facts: Facts) -> None:
        self.app = app
        self.facts = facts
        self.draining = False
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__((facts.host, facts.port), Handler)

    def server_bind(self) -> None:
        """Bind, without the look-up of this host's name that HTTPServer does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def drain(self) -> None:
        """Stop accepting and answer what has come in; returns when all is said, or time is up."""
        self.draining = True
        self.shutdown()
        self._accept_waiting()
        self.socket.close()
        with self._guard:
            for connection in self._open:
                _hang_up(connection)
        deadline = time.monotonic() + _DRAIN_TIMEOUT
        while self._open and time.monotonic() < deadline:
            time.sleep(0.02)

    def _accept_waiting(self) -> None:
        """Take the connections that the system has accepted on our behalf: closing would reset them."""
        self.socket.setblocking(False)
        for _ in range(self.request_queue_size):
            try:
                request, address = self.socket.accept()
            except OSError:
                return
            request.setblocking(True)
            self.process_request(request, address)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer one connection in a thread of its own."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection and close it."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is one line."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            print(f"error: {type(error).__name__}: {error}", file=sys.stderr, flush=True)


def _hang_up(connection: socket.socket) -> None:
    """Read what has come and no more: an idle connection ends at once, a busy one after its answer."""
    with contextlib.suppress(OSError):  # the client was first
        connection.shutdown(socket.SHUT_RD)


class Handler(BaseHTTPRequestHandler):
    """GET /health, and GET of the service's own paths."""

    protocol_version = "HTTP/1.1"
    server_version = "foxden-example"
    sys_version = ""
    timeout = _IDLE_TIMEOUT
    wbufsize = -1  # an answer leaves as a whole
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        """Answer."""
        path = urlsplit(self.path).path
        if path == "/health":
            self._send(HTTPStatus.OK, {"status": "ok"})
        elif any(_covers(known, path) for known in self.server.app.paths):
            self._send(*answer(self.server.app, self.server.facts))
        else:
            self._send(HTTPStatus.NOT_FOUND, {"service": self.server.app.name, "error": f"there is no {path} here"})

    do_HEAD = do_GET

    def _send(self, status: HTTPStatus, body: Answer) -> None:
        page = self.server.app.page
        if page and "service" in body and "text/html" in self.headers.get("Accept", ""):
            kind, content = "text/html; charset=utf-8", page(body)
        else:
            kind, content = "application/json", json.dumps(body, indent=2) + "\n"
        data = content.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        if self.server.draining:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """One line for each request, but for the health checks that went well."""
        line = (format % args).encode("unicode_escape").decode()  # what a client sends can't forge lines
        if "/health " not in line or " 200 " not in line:
            print(f"{self.address_string()} {line}", flush=True)


def _covers(known: str, path: str) -> bool:
    return path == known or (known != "/" and path.startswith(f"{known}/"))


def serve(app: App, env: Mapping[str, str] = os.environ) -> int:
    """Run until SIGTERM or SIGINT; returns the process's exit code."""
    try:
        server = Server(app, read_facts(app, env))
    except (ValueError, OSError) as error:
        print(f"{app.name} can't start: {error}", file=sys.stderr, flush=True)
        return 1
    # Waited for, not handled: a handler may run while this thread holds the very lock that the handler wants.
    # Blocked before there are other threads, which take this over.
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    host, port = server.server_address[:2]
    print(f"{app.name} {server.facts.version} listens on {host!s}:{port}", flush=True)
    signal.sigwait(ends)
    print(f"{app.name} ends: finishing requests", flush=True)
    server.drain()
    return 0
