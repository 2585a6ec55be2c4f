"""The lab's small servers: threads of this process, on addresses inside the lab."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answering(BaseHTTPRequestHandler):
    """What the HTTP servers share."""

    protocol_version = "HTTP/1.1"

    def say(self, status: int, body: bytes | str = b"", headers: Mapping[str, str] | None = None) -> None:
        """Answer."""
        whole = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        # Their names are the same in any case; two of them would not be.
        named = {name.title(): value for name, value in (headers or {}).items()}
        for name, value in {"Content-Type": "text/plain", **named}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(whole)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(whole)

    def given(self) -> bytes:
        """The body of the request."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A host whose power was cut: nobody to tell."""


@contextmanager
def serving(
    address: tuple[str, int], handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None
) -> Iterator[None]:
    """An HTTP server that answers while the block runs, over TLS if it is told how."""
    server = _Server(address, handler)
    if tls:
        # Each connection's own thread does the handshake, at the first read.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
