"""The HTTP client against a server that misbehaves in turn."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from local.plugins import http
from local.plugins.errors import Cancelled, ServerError
from local.plugins.http import Http, Tls, basic_auth


class Scripted(ThreadingHTTPServer):
    """Gives the answers it was told to give, the last one for ever; remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.answers: list[tuple[int, str]] = [(200, "{}")]
        self.asked: list[tuple[str, str, Any, dict[str, str]]] = []


class _Answers(BaseHTTPRequestHandler):
    server: Scripted

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else None
        self.server.asked.append((self.command, self.path, body, dict(self.headers)))
        status, text = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        self.send_response(status)
        self.send_header("X-Nomad-Index", "42")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Scripted]:
    scripted = Scripted()
    thread = threading.Thread(target=scripted.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield scripted
    scripted.shutdown()
    scripted.server_close()
    thread.join()


@pytest.fixture
def client(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> Http:
    monkeypatch.setattr(http, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(http, "_PATIENCE_SECONDS", 0.2)
    return Http(f"http://127.0.0.1:{server.server_address[1]}", {"X-Nomad-Token": "t"})


def test_sends_what_it_is_given(client: Http, server: Scripted) -> None:
    answer = client.request("PUT", "/v1/x", {"namespace": "a b", "region": "", "index": None}, {"k": 1})
    assert (answer.body, answer.index) == ({}, 42)
    method, path, body, headers = server.asked[0]
    assert (method, path, body, headers["X-Nomad-Token"]) == ("PUT", "/v1/x?namespace=a+b", {"k": 1}, "t")


def test_a_body_is_json_and_yaml_alike(client: Http, server: Scripted) -> None:
    text = 'a\U0001f600\u00e9\x7f\x85\u2028\ufeff\uffff\x01"\n'
    client.request("PATCH", "/", body={"text": text}, content_type="application/apply-patch+yaml")
    _, _, body, headers = server.asked[0]
    assert (body, headers["Content-Type"]) == ({"text": text}, "application/apply-patch+yaml")
    assert http._json({"text": text}).decode() == (
        '{"text": "a\U0001f600\u00e9\\u007f\\u0085\\u2028\\ufeff\\uffff\\u0001\\"\\n"}'
    )


def test_text_is_taken_as_it_is(client: Http, server: Scripted) -> None:
    server.answers = [(200, "one\ntwo")]
    assert client.text("/log", {"lines": 2}) == "one\ntwo"
    server.answers = [(404, "gone")]
    with pytest.raises(ServerError, match="gone") as caught:
        client.text("/log")
    assert caught.value.body == "gone"


def test_an_empty_answer_is_none(client: Http, server: Scripted) -> None:
    server.answers = [(200, "")]
    assert client.get("/") is None


def test_a_refusal_is_final_and_in_the_servers_words(client: Http, server: Scripted) -> None:
    server.answers = [(403, "Permission denied\n"), (200, "{}")]
    with pytest.raises(ServerError, match=r"^Unexpected response code: 403 \(Permission denied\)$") as caught:
        client.get("/")
    assert caught.value.status == 403
    assert len(server.asked) == 1


def test_what_is_not_there_can_be_looked_for(client: Http, server: Scripted) -> None:
    server.answers = [(404, "job not found")]
    assert client.find("/") is None
    with pytest.raises(ServerError):
        client.get("/")


@pytest.mark.parametrize("passing", [(500, "No cluster leader"), (503, ""), (429, "slow down")])
def test_a_passing_trouble_is_waited_out(client: Http, server: Scripted, passing: tuple[int, str]) -> None:
    server.answers = [passing, passing, (200, '"done"')]
    assert client.get("/") == "done"
    assert len(server.asked) == 3


def test_patience_ends(client: Http, server: Scripted) -> None:
    server.answers = [(500, "No cluster leader")]
    with pytest.raises(ServerError, match="No cluster leader"):
        client.get("/")
    assert len(server.asked) > 2


def test_a_real_error_of_the_server_is_final(client: Http, server: Scripted) -> None:
    server.answers = [(500, "1 error occurred: task group validation failed"), (200, "{}")]
    with pytest.raises(ServerError, match="task group validation failed"):
        client.get("/")


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_PATIENCE_SECONDS", 0.0)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(ServerError, match=r"no connection \(is the server running\?\)") as caught:
        Http(f"http://127.0.0.1:{port}", {}).get("/v1/x")
    assert caught.value.status == 0


def test_somebody_else_there(client: Http, server: Scripted) -> None:
    server.answers = [(200, "<html>")]
    with pytest.raises(ServerError, match="another server"):
        client.get("/")


def test_a_certificate_that_is_none_is_not_waited_for(client: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_PATIENCE_SECONDS", 60.0)
    monkeypatch.setattr(http, "_PAUSE_SECONDS", 60.0)
    started = time.monotonic()
    with pytest.raises(ServerError, match="SSL"):
        Http(client.address.replace("http:", "https:"), {}).get("/")
    assert time.monotonic() - started < 30


def test_a_cancellation_ends_the_waiting(client: Http, server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_PATIENCE_SECONDS", 60.0)
    monkeypatch.setattr(http, "_PAUSE_SECONDS", 60.0)
    server.answers = [(503, "")]
    threading.Timer(0.05, client.cancelled.set).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        client.get("/")
    assert time.monotonic() - started < 5
    with pytest.raises(Cancelled):
        client.get("/")


def test_basic_auth() -> None:
    assert basic_auth("") == {}
    assert basic_auth("ada:secret") == {"Authorization": "Basic YWRhOnNlY3JldA=="}


def test_certificates_are_verified_unless_told_otherwise() -> None:
    assert Http("https://x", {}).pool.connection_pool_kw["cert_reqs"] == "CERT_REQUIRED"
    assert Http("https://x", {}, Tls(verify=False)).pool.connection_pool_kw["cert_reqs"] == "CERT_NONE"
