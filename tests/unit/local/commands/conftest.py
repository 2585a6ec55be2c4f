"""Fixtures of the commands' tests: a state directory of their own, and a cluster of canned answers."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local.agents import Cluster
from tests.unit.local.commands.canned import Canned


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state directory; not there yet."""
    monkeypatch.setenv("FOXDEN_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def canned() -> Iterator[Canned]:
    """A server that is Nomad, Consul and ingress in one, with the answers that the test puts in."""
    answers = Canned()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.find(self.path, self.headers.get("Host", ""))
            data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    answers.cluster = Cluster(
        address=address,
        token="nomad",
        discovery_address=address,
        discovery_token="consul",
        ingress_port=server.server_port,
        servers=1,
        dashboards={"consul": f"{address}/ui", "nomad": f"{address}/ui"},
        interpreter="/usr/bin/python3",
        options={},
        started="2030-01-01T00:00:00+00:00",
    )
    yield answers
    server.shutdown()
    server.server_close()
