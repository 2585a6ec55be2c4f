"""What nodes' program asks of a real Consul and a real Nomad."""

import uuid

import pytest

from foxden.boot.files.node.access import _own
from foxden.boot.files.node.api import Api, ApiError
from foxden.boot.files.node.turns import turn
from tests.engine.plugins.servers import Servers


def test_one_server_at_a_time_has_its_turn_and_the_next_has_it_at_once(servers: Servers) -> None:
    consul = Api(servers.consul_address, servers.consul_token)
    for name, other in (("servers-i-1", "servers-i-2"), ("servers-i-2", "servers-i-1")):
        with turn(consul, "nomad", name):
            with pytest.raises(ApiError, match="another server's turn"), turn(consul, "nomad", other):
                pass
            with turn(consul, "other", other):
                pass
    assert consul.get("/v1/session/list") == []


def test_a_turn_whose_work_fails_is_free_again(servers: Servers) -> None:
    consul = Api(servers.consul_address, servers.consul_token)
    with pytest.raises(OSError, match="disk"), turn(consul, "nomad", "servers-i-1"):
        raise OSError("no space left on the disk")
    with turn(consul, "nomad", "servers-i-2"):
        pass


def test_a_token_that_is_nobodys_is_told_from_one_that_nobody_could_ask_about(servers: Servers) -> None:
    known = {servers.consul_address: servers.consul_token, servers.nomad_address: servers.nomad_token}
    for address, token in known.items():
        assert _own(Api(address, token))
        assert _own(Api(address, str(uuid.uuid4()))) is None
        with pytest.raises(ApiError):
            _own(Api(address.rpartition(":")[0] + ":1", token))
