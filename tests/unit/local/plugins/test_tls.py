"""Servers whose certificates are from the authority of a cluster, which only the connection knows."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from foxden.boot.files.node.certificates import Pair, issue, new_authority
from local.plugins.consul.provider import connect as connect_consul
from local.plugins.errors import ServerError
from local.plugins.http import Http, Tls
from local.plugins.nomad.provider import connect as connect_nomad

_NEVER = threading.Event()


class _Leader(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def authority() -> Pair:
    """The authority of a cluster."""
    return new_authority("dev")


@pytest.fixture
def server(authority: Pair, tmp_path: Path) -> Iterator[str]:
    """The address of a server of that cluster, as it is at the end of a tunnel."""
    with serving(authority, tmp_path) as address:
        yield address


@contextmanager
def serving(authority: Pair, directory: Path, only_known: bool = False) -> Iterator[str]:
    """Such a server; it may want to know who asks."""
    own = issue(authority, ["server.global.nomad", "localhost"], ["127.0.0.1"], 1)
    (directory / "certificate").write_text(own.certificate)
    (directory / "key").write_text(own.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "certificate", directory / "key")
    if only_known:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=authority.certificate)
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _Leader)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{listening.server_address[1]}"
    listening.shutdown()
    listening.server_close()
    thread.join()


def nomad(address: str, **config: Any) -> Any:
    """Nomad's client, as its provider makes it."""
    return connect_nomad({"address": f"https://{address}", **config}, _NEVER).http


def consul(address: str, **config: Any) -> Any:
    """Consul's client, as its provider makes it."""
    return connect_consul({"address": address, "scheme": "https", **config}, _NEVER).http


@pytest.mark.parametrize("client", [nomad, consul])
def test_the_authority_of_the_connection_is_believed_and_no_other(
    client: Callable[..., Any], server: str, authority: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NOMAD_CACERT", "CONSUL_CACERT", "NOMAD_SKIP_VERIFY", "CONSUL_HTTP_SSL_VERIFY"):
        monkeypatch.delenv(name, raising=False)
    assert client(server, caPem=authority.certificate).get("/v1/status/leader") == {}
    for config in ({}, {"caPem": new_authority("dev").certificate}):
        with pytest.raises(ServerError, match="certificate"):
            client(server, **config).get("/v1/status/leader")


def test_a_certificate_given_as_text_says_who_asks(authority: Pair, tmp_path: Path) -> None:
    me, stranger = issue(authority, ["me"], [], 1), issue(new_authority("other"), ["me"], [], 1)
    with serving(authority, tmp_path, only_known=True) as address:
        for pair, known in ((me, True), (stranger, False)):
            tls = Tls(ca_pem=authority.certificate, cert_pem=pair.certificate, key_pem=pair.key)
            client = Http(f"https://{address}", {}, tls)
            assert (client.text("/") == "{}") if known else _is_refused(client)


def _is_refused(client: Http) -> bool:
    with pytest.raises(ServerError):
        client.text("/")
    return True


def test_a_certificate_may_be_for_another_name(server: str, authority: Pair) -> None:
    address = f"https://{server.replace('127.0.0.1', 'localhost')}"
    tls = Tls(ca_pem=authority.certificate, server_name="server.global.nomad")
    assert Http(address, {}, tls).get("/") == {}
    with pytest.raises(ServerError, match="doesn't match"):
        Http(address, {}, Tls(ca_pem=authority.certificate, server_name="somebody.else")).get("/")
