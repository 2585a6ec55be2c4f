"""The cluster's authority, and TLS with what it signs."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from foxden.boot.files.node.api import Api, ApiError
from foxden.boot.files.node.certificates import Pair, is_good, issue, new_authority, pair

AUTHORITY = new_authority("dev")
OTHER = new_authority("dev")


def test_a_pair_is_kept_as_one_text() -> None:
    assert pair(AUTHORITY.text()) == AUTHORITY
    assert set(json.loads(AUTHORITY.text())) == {"certificate", "key"}


def test_a_new_certificate_is_good_and_one_near_its_end_is_not() -> None:
    assert is_good(AUTHORITY.certificate, issue(AUTHORITY, ["a"], [], 72))
    # It begins five minutes before it is made: what lasts nine minutes more has less than two thirds before it.
    assert not is_good(AUTHORITY.certificate, issue(AUTHORITY, ["a"], [], 2 / 60))


def test_a_certificate_of_another_authority_is_not_good() -> None:
    assert not is_good(OTHER.certificate, issue(AUTHORITY, ["a"], [], 72))


@contextmanager
def served(own: Pair, directory: Path) -> Iterator[str]:
    for name, text in (("cert.pem", own.certificate), ("key.pem", own.key)):
        (directory / name).write_text(text)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            token = self.headers.get("X-Nomad-Token") or ""
            status, said = {"/yes": (200, token), "/health": (429, '{"Healthy": false}')}.get(self.path, (500, "no"))
            body = json.dumps(said).encode() if self.path == "/yes" else said.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "cert.pem", directory / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ca_file(authority: Pair, directory: Path) -> str:
    (directory / "ca.pem").write_text(authority.certificate)
    return str(directory / "ca.pem")


def test_an_api_is_asked_over_tls(tmp_path: Path) -> None:
    with served(issue(AUTHORITY, ["localhost"], ["127.0.0.1"], 1), tmp_path) as url:
        api = Api(url, "secret", ca_file(AUTHORITY, tmp_path))
        assert api.get("/yes") == "secret"
        assert api.with_token("other").get("/yes") == "other"
        assert api.get("/health") == {"Healthy": False}
        assert api.peek("/no") is None
        with pytest.raises(ApiError) as caught:
            api.get("/no")
        assert str(caught.value) == "GET /no: 500 no"


def test_nobody_else_is_believed(tmp_path: Path) -> None:
    with (
        served(issue(OTHER, ["localhost"], ["127.0.0.1"], 1), tmp_path) as url,
        pytest.raises(ApiError, match="VERIFY"),
    ):
        Api(url, "secret", ca_file(AUTHORITY, tmp_path)).get("/yes")


def test_a_certificate_is_good_for_its_own_addresses_only(tmp_path: Path) -> None:
    with (
        served(issue(AUTHORITY, ["localhost"], ["10.0.0.1"], 1), tmp_path) as url,
        pytest.raises(ApiError, match="VERIFY"),
    ):
        Api(url, "secret", ca_file(AUTHORITY, tmp_path)).get("/yes")


def test_who_trusts_two_authorities_trusts_both(tmp_path: Path) -> None:
    both = Pair(OTHER.certificate + AUTHORITY.certificate, "")
    with served(issue(AUTHORITY, ["localhost"], ["127.0.0.1"], 1), tmp_path) as url:
        assert Api(url, "token", ca_file(both, tmp_path)).get("/yes") == "token"


def test_who_does_not_answer_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ApiError):
        Api("http://127.0.0.1:1").get("/yes")


def test_what_was_written_by_half_is_no_good_certificate() -> None:
    old, new = (issue(AUTHORITY, ["a"], [], 72) for _ in range(2))
    assert not is_good(AUTHORITY.certificate, Pair(new.certificate, old.key))
    for broken in (Pair("", new.key), Pair(new.certificate, ""), Pair(new.certificate[:200], new.key)):
        assert not is_good(AUTHORITY.certificate, broken)
