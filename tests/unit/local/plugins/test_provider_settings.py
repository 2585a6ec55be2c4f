"""Where a provider's settings come from: the program, else the servers' own ENV variables."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from local.plugins.consul.provider import connect as connect_consul
from local.plugins.errors import Failure
from local.plugins.nomad.provider import connect as connect_nomad
from local.plugins.wire import Values

_CANCELLED = threading.Event()


@pytest.fixture(autouse=True)
def no_settings_of_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in os.environ:
        if name.startswith(("NOMAD_", "CONSUL_")):
            monkeypatch.delenv(name)


def nomad(**config: object) -> tuple[str, dict[str, str], str]:
    client = connect_nomad(config, _CANCELLED)
    return client.http.address, dict(client.http.headers), client.region


def consul(**config: object) -> tuple[str, dict[str, str], str]:
    client = connect_consul(config, _CANCELLED)
    return client.http.address, dict(client.http.headers), client.datacenter


def test_nothing_given() -> None:
    assert nomad() == ("http://127.0.0.1:4646", {}, "")
    assert consul() == ("http://127.0.0.1:8500", {}, "")


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "NOMAD_ADDR": "https://n:1/",
        "NOMAD_TOKEN": "nt",
        "NOMAD_REGION": "eu",
        "CONSUL_HTTP_ADDR": "c:2",
        "CONSUL_HTTP_SSL": "true",
        "CONSUL_HTTP_TOKEN": "ct",
    }.items():
        monkeypatch.setenv(name, value)
    assert nomad() == ("https://n:1", {"X-Nomad-Token": "nt"}, "eu")
    assert nomad(ignoreEnvVars={"NOMAD_REGION": True})[2] == ""
    assert consul() == ("https://c:2", {"X-Consul-Token": "ct"}, "")


def test_the_program_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOMAD_TOKEN", "nt")
    monkeypatch.setenv("CONSUL_HTTP_TOKEN", "ct")
    header = {"name": "X-Extra", "value": "1"}
    assert nomad(secretId="p", headers=[header])[1] == {"X-Nomad-Token": "p", "X-Extra": "1"}
    assert consul(token="p", address="https://c:2", scheme="http")[:2] == ("https://c:2", {"X-Consul-Token": "p"})
    assert consul(address="c:2", scheme="https", datacenter="dc9")[0::2] == ("https://c:2", "dc9")


@pytest.mark.parametrize("connect", [connect_nomad, connect_consul])
def test_basic_auth(connect: Callable[[Values, threading.Event], Values]) -> None:
    headers = connect({"httpAuth": "u:p"}, _CANCELLED).http.headers  # type: ignore[attr-defined]
    assert headers == {"Authorization": "Basic dTpw"}


def test_verification_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert connect_nomad({}, _CANCELLED).http.tls.verify
    assert not connect_nomad({"skipVerify": True}, _CANCELLED).http.tls.verify
    assert not connect_consul({"insecureHttps": True}, _CANCELLED).http.tls.verify
    monkeypatch.setenv("CONSUL_HTTP_SSL_VERIFY", "false")
    assert not connect_consul({}, _CANCELLED).http.tls.verify


def test_a_token_can_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text("ct\n")
    monkeypatch.setenv("CONSUL_HTTP_TOKEN_FILE", str(file))
    assert consul()[1] == {"X-Consul-Token": "ct"}
    file.unlink()
    with pytest.raises(Failure, match="CONSUL_HTTP_TOKEN_FILE can't be read"):
        consul()
