"""Which ports a cluster takes."""

import os
import socket
from itertools import product

import pytest

from local.agents.ports import LOOPBACK, SETS, PortSet, busy, holders, in_the_way, order, port_set
from local.agents.shape import ClusterShape

SHAPES = [ClusterShape(servers) for servers in (1, 3, 5)]
EPHEMERAL = 32768
"""Where Linux begins to take ports for outgoing connections."""


def everything(ports: PortSet) -> list[int]:
    """Fixed and dynamic ports, each as often as it is used."""
    fixed = [port for node in ports.nodes for port in node.named().values()]
    dynamic = [port for node in ports.nodes for port in range(node.dynamic[0], node.dynamic[1] + 1) if port]
    return [ports.ingress, *fixed, *dynamic]


def test_the_first_set_has_the_default_ports() -> None:
    ports = port_set(0, ClusterShape())
    node = ports.nodes[0]
    assert (node.consul_http, node.consul_dns, node.consul_server, node.consul_serf) == (8500, 8600, 8300, 8301)
    assert (node.nomad_http, node.nomad_rpc, node.nomad_serf) == (4646, 4647, 4648)
    assert ports.ingress == 8080


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("number", range(SETS))
def test_no_port_is_used_twice_in_a_set(number: int, shape: ClusterShape) -> None:
    used = everything(port_set(number, shape))
    assert len(set(used)) == len(used)
    assert max(used) < EPHEMERAL


def test_no_two_sets_share_a_port_whatever_their_shapes() -> None:
    for first, second in product(range(SETS), repeat=2):
        if first < second:
            for mine, theirs in product(SHAPES, repeat=2):
                shared = set(everything(port_set(first, mine))) & set(everything(port_set(second, theirs)))
                assert not shared, (first, second, sorted(shared)[:5])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_only_clients_give_out_ports_and_only_servers_have_raft(shape: ClusterShape) -> None:
    for node, ports in zip(shape.nodes(), port_set(1, shape).nodes, strict=True):
        assert (ports.dynamic != (0, 0)) == node.client == bool(ports.nomad_client_http)
        assert bool(ports.consul_server) == bool(ports.nomad_rpc) == node.server


def test_every_set_is_tried_and_the_default_ports_first() -> None:
    orders = [order(f"/home/me/checkout{number}/.foxden") for number in range(40)]
    for tried in orders:
        assert tried[0] == 0
        assert sorted(tried) == list(range(SETS))
    assert len({tried[1] for tried in orders}) > SETS / 2
    assert order("/a") == order("/a")


def test_one_agent_answers_dns() -> None:
    assert sum(bool(node.consul_dns) for node in port_set(0, ClusterShape(5)).nodes) == 1


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_port_in_use_is_busy_and_has_a_holder(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind((LOOPBACK, 0))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        assert busy([port]) == [port]
        assert f"(pid {os.getpid()})" in holders([port])[port]
    assert busy([port]) == []


def test_a_port_in_use_at_all_addresses_is_busy() -> None:
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        assert busy([port]) == [port]


def test_a_port_without_a_visible_holder_is_said_to_have_none() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        port = taken.getsockname()[1]
    assert "cannot be seen" in holders([port])[port]


def test_each_holder_is_named_once_with_its_ports() -> None:
    named = {8500: "consul http", 8600: "consul dns", 8080: "ingress"}
    holding = {8600: "consul (pid 1)", 8500: "consul (pid 1)", 8080: "nginx (pid 2)"}
    assert in_the_way(named, holding) == [
        "ports 8500 (consul http), 8600 (consul dns) are held by consul (pid 1)",
        "port 8080 (ingress) is held by nginx (pid 2)",
    ]
