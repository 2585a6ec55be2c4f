"""Which ports a cluster uses: numbered sets that never overlap (pure), and who is in the way.

Set 0 has the programs' default ports. Everything else lies in 17000-18199 (agents, ingress) and 20000-31999 (dynamic
ports of tasks): below Linux's ephemeral range, which begins at 32768, so that no outgoing connection takes one.
"""

import errno
import os
import socket
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import psutil

from local.agents.shape import ClusterShape, Node

SETS = 12
AGENTS_BASE, AGENTS_PER_SET, _AGENTS_PER_NODE = 17000, 100, 10
_DYNAMIC_BASE, _DYNAMIC_PER_SET = 20000, 1000
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class NodePorts:
    """The ports of one node. 0: this node has none."""

    consul_http: int
    consul_serf: int
    consul_dns: int = 0
    consul_server: int = 0
    nomad_http: int = 0
    nomad_rpc: int = 0
    nomad_serf: int = 0
    nomad_client_http: int = 0
    dynamic: tuple[int, int] = (0, 0)
    """First and last port that Nomad may give to tasks here. No two nodes share one: they share the address."""

    def named(self) -> dict[str, int]:
        """What the node's agents listen on, by what it is for."""
        named = {
            "consul http": self.consul_http,
            "consul dns": self.consul_dns,
            "consul server": self.consul_server,
            "consul serf": self.consul_serf,
            "nomad http": self.nomad_http,
            "nomad rpc": self.nomad_rpc,
            "nomad serf": self.nomad_serf,
            "nomad client http": self.nomad_client_http,
        }
        return {what: port for what, port in named.items() if port}


@dataclass(frozen=True)
class PortSet:
    """All fixed ports of a cluster."""

    number: int
    ingress: int
    nodes: tuple[NodePorts, ...]
    """In the order of the shape's nodes."""

    def named(self) -> dict[int, str]:
        """Every fixed port -> what it is for."""
        found = {self.ingress: "ingress"}
        for ports in self.nodes:
            found.update({port: what for what, port in ports.named().items()})
        return found


def port_set(number: int, shape: ClusterShape) -> PortSet:
    """Set ``number`` (0 to SETS - 1) for a cluster of this shape."""
    nodes = shape.nodes()
    clients = sum(node.client for node in nodes)
    span = _DYNAMIC_PER_SET // clients
    first = _DYNAMIC_BASE + number * _DYNAMIC_PER_SET
    ranges = iter([(first + i * span, first + (i + 1) * span - 1) for i in range(clients)])
    return PortSet(
        number,
        ingress=8080 if number == 0 else _block(number) + 90,
        nodes=tuple(_node_ports(number, node, next(ranges) if node.client else (0, 0)) for node in nodes),
    )


def order(name: str) -> list[int]:
    """All sets in the order in which a cluster of this name tries them.

    First the default ports, then from a place of its own: so each checkout tends to get the same ports again, and two
    that start at once, of different users perhaps, seldom reach for the same.
    """
    first = zlib.crc32(name.encode()) % (SETS - 1)
    return [0, *(1 + (first + step) % (SETS - 1) for step in range(SETS - 1))]


def _block(number: int) -> int:
    return AGENTS_BASE + number * AGENTS_PER_SET


def _node_ports(number: int, node: Node, dynamic: tuple[int, int]) -> NodePorts:
    base = _block(number) + node.index * _AGENTS_PER_NODE
    if not node.server:
        return NodePorts(base, base + 1, nomad_client_http=base + 7, dynamic=dynamic)
    client = base + 7 if node.client else 0
    if number == 0 and node.index == 0:
        return NodePorts(8500, 8301, 8600, 8300, 4646, 4647, 4648, client, dynamic)
    # One agent answers DNS: a resolver is given one address.
    dns = base + 2 if node.index == 0 else 0
    return NodePorts(base, base + 1, dns, base + 3, base + 4, base + 5, base + 6, client, dynamic)


def become_free(ports: Iterable[int], within: float) -> list[int]:
    """Wait ``within`` seconds for ports to become free, as those of a dying process do; returns those that do not."""
    deadline = time.monotonic() + within
    while (held := busy(ports)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return held


def busy(ports: Iterable[int]) -> list[int]:
    """Those of ``ports`` that cannot be listened on at the loopback address, for TCP or UDP."""
    return [port for port in ports if not (_free(port, socket.SOCK_STREAM) and _free(port, socket.SOCK_DGRAM))]


def _free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:  # a connection still closing does not hold its port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def holders(ports: Iterable[int]) -> dict[int, str]:
    """Who holds each of these ports, as words for the user: ``nginx (pid 812)``."""
    unseen = "a process that cannot be seen from here" + ("" if os.geteuid() == 0 else " (by root perhaps)")
    found = dict.fromkeys(ports, unseen)
    try:
        connections = psutil.net_connections(kind="inet")
    except psutil.AccessDenied:  # macOS, unless root
        return found
    for connection in connections:
        port = connection.laddr.port if connection.laddr else None
        listens = connection.status in (psutil.CONN_LISTEN, psutil.CONN_NONE)  # NONE: UDP
        if port in found and listens and connection.pid:
            found[port] = _process(connection.pid)
    return found


def _process(pid: int) -> str:
    try:
        return f"{psutil.Process(pid).name()} (pid {pid})"
    except psutil.NoSuchProcess:
        return f"pid {pid}, just gone"


def in_the_way(named: Mapping[int, str], holding: Mapping[int, str]) -> list[str]:
    """One line per holder: ``ports 8500 (consul http), 8600 (consul dns) are held by consul (pid 812)``."""
    lines = []
    for holder in dict.fromkeys(holding.values()):
        ports = [f"{port} ({named[port]})" for port in sorted(holding) if holding[port] == holder]
        word, verb = ("port", "is") if len(ports) == 1 else ("ports", "are")
        lines.append(f"{word} {', '.join(ports)} {verb} held by {holder}")
    return lines
