"""The example services: the chain, its failures, secrets, and a graceful end."""

import http.server
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.apps.running import Start, address, copied


@pytest.fixture
def slow() -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """A need that answers when told to: its URL, 'it was asked', 'now answer'."""
    asked, go = threading.Event(), threading.Event()

    class Slow(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.set()
            go.wait(10)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"service": "pods"}')

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked, go
    go.set()
    server.shutdown()
    server.server_close()


def test_one_request_passes_through_the_whole_chain(start: Start) -> None:
    pods = start("pods", {"SERVICE_VERSION": "v1", "ENVIRONMENT": "demo"})
    router = start("meeting-router", address("pods", pods.url))
    apps = start("ionic-apps", address("meeting-router", router.url))
    status, body = apps.get_json()
    assert status == 200
    assert body["addresses"] == {"MEETING_ROUTER_URL": router.url}
    through = body["needs"]["meeting-router"]
    assert (through["service"], through["instance"]) == ("meeting-router", "meeting-router-1")
    last = through["needs"]["pods"]
    assert (last["service"], last["version"], last["environment"]) == ("pods", "v1", "demo")
    assert router.get_json("/meetings/today")[0] == 200


def test_a_browser_gets_a_page_and_everybody_else_json(start: Start) -> None:
    pods = start("pods", {"SERVICE_VERSION": "<b>"})
    apps = start("ionic-apps", address("meeting-router", pods.url))
    status, kind, page = apps.get("/", accept="text/html,application/xhtml+xml;q=0.9")
    assert (status, kind) == (200, "text/html; charset=utf-8")
    assert "<td>ionic-apps<" in page and "<td>pods<" in page
    assert "&lt;b&gt;" in page and "<b>" not in page


def test_a_need_that_is_down_is_said_with_502_all_along_the_chain(start: Start) -> None:
    pods = start("pods")
    router = start("meeting-router", address("pods", pods.url))
    apps = start("ionic-apps", address("meeting-router", router.url))
    pods.end()
    status, body = apps.get_json()
    assert status == 502
    assert body["error"] == f"meeting-router at {router.url}: answered 502"
    assert body["needs"]["meeting-router"]["error"].startswith(f"pods at {pods.url}: did not answer")
    assert apps.get("/", accept="text/html")[0] == 502
    assert router.get_json("/health") == (200, {"status": "ok"})


def test_a_need_that_answers_no_json_is_said(start: Start) -> None:
    pods = start("pods")
    router = start("meeting-router", address("pods", f"{pods.url}/missing"))
    status, body = router.get_json()
    assert (status, body["needs"]["pods"]["error"]) == (502, "there is no /missing here")


def test_a_secret_is_never_shown(start: Start) -> None:
    value = "do-not-show-me"
    pods = start("pods", {"API_KEY": value, "DB_URL": f"db://me:{value}@x:1", "DB_HOST": "x", "DB_PORT": "1"})
    _, body = pods.get_json()
    assert body["secrets"] == {"API_KEY": True}
    assert body["addresses"] == {"DB_URL": "db://x:1"}
    assert value not in str(body) + pods.end()[1]
    assert start("pods").get_json()[1]["secrets"] == {"API_KEY": False}


def test_only_injected_addresses_are_shown(start: Start) -> None:
    assert start("pods", {"HOMEPAGE_URL": "http://x"}).get_json()[1]["addresses"] == {}


def test_other_paths_are_not_found_and_head_has_no_body(start: Start) -> None:
    pods = start("pods")
    assert pods.get_json("/other")[0] == 404
    connection = pods.connect()
    connection.request("HEAD", "/")
    response = connection.getresponse()
    assert (response.status, response.read()) == (200, b"")
    connection.request("GET", "/health")  # the same connection goes on
    assert connection.getresponse().read() == b'{\n  "status": "ok"\n}\n'
    connection.close()


def test_access_lines_can_not_be_forged_and_leave_healthy_checks_out(start: Start) -> None:
    pods = start("pods")
    pods.get("/health")
    with socket.create_connection(("127.0.0.1", pods.port), timeout=5) as raw:
        raw.sendall(b"GET /a\x1b[31m HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while raw.recv(1024):
            pass
    code, said = pods.end()
    assert code == 0
    assert "/health" not in said
    assert "\x1b" not in said
    assert '127.0.0.1 "GET /a\\x1b[31m HTTP/1.1" 404' in said


def test_sigterm_lets_a_request_in_flight_end_and_closes_idle_connections(
    start: Start, slow: tuple[str, threading.Event, threading.Event]
) -> None:
    url, asked, go = slow
    router = start("meeting-router", address("pods", url))
    idle = router.connect()
    idle.request("GET", "/health")
    idle.getresponse().read()
    busy = router.connect()
    busy.request("GET", "/")
    assert asked.wait(5)
    router.process.terminate()
    assert idle.sock.recv(1) == b""  # its thread is through; the busy one is not
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", router.port), timeout=1)
    go.set()
    response = busy.getresponse()
    assert (response.status, response.headers["Connection"]) == (200, "close")
    assert router.process.wait(5) == 0
    idle.close()
    busy.close()


def test_sigterm_without_requests_ends_at_once(start: Start) -> None:
    code, said = start("pods").end()
    assert (code, said) == (0, "pods ends: finishing requests\n")


@pytest.mark.parametrize(
    ("service", "env", "said"),
    [
        ("ionic-apps", {}, "MEETING_ROUTER_URL is not set"),
        ("pods", {"PORT": "high"}, "PORT must be a port, got 'high'"),
        ("pods", {"PORT": "1", "HOST": "192.0.2.1"}, "pods can't start"),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(tmp_path: Path, service: str, env: dict[str, str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-B", str(copied(service, tmp_path) / "app.py")], env=env, capture_output=True, timeout=10
    )
    assert done.returncode == 1
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr
