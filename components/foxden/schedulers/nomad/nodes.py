"""What nodes of a cluster with Nomad and Consul start with, and what they ask of their cloud (pure)."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Optional

from foxden.boot.files import shipped, shipped_below
from foxden.boot.node import Endpoint, Flow, Node, Role, Software
from foxden.boot.parts import Boot, Command, File, Unit, filled
from foxden.boot.program import Program, packed
from foxden.boot.userdata import user_data
from foxden.schedulers.nodes import PACKAGE, Own, assembled, sandbox, secrets
from foxden.schedulers.nomad.node_software import RELEASES, software

__all__ = [
    "ADDRESSES",
    "ENDPOINT",
    "KEPT",
    "RELEASES",
    "boot",
    "connection_options",
    "flows",
    "group_tags",
    "node_problems",
    "parts",
    "program",
    "secrets",
    "software",
    "version",
]

KEPT: Mapping[str, str] = {
    "ca": "shared/ca",
    "token": "operators/nomad-token",
    "discovery_token": "operators/consul-token",
}
"""A connection's field to the path below :attr:`Node.parameters` where its value is kept."""

ENDPOINT: Optional[Endpoint] = None
"""Nodes find each server by its tag."""

ADDRESSES: tuple[str, ...] = ()
"""Services have the addresses of their machines."""

_PACKAGES = ("unzip",)
_PACKAGES_OF_WORKERS = ("amazon-ecr-credential-helper", "docker.io", "iptables")
_COMMANDS = (
    Command(("systemd-sysusers",)),
    Command(("systemctl", "restart", "systemd-journald", "systemd-resolved")),
)
_CORE_MHZ = 1000
_SERVICE_PORTS = (20_000, 32_000)
_TAKEN_PORTS = (22, 4646, *range(8300, 8303), 8500, 8501, 8600)
"""Of a worker: Nomad gives them to no job."""
_SERVERS = "servers"
_POOLS_OF_ALL = ("all", "default")
"""Nomad's own pools, in which a dedicated one of that name would be, or could not be."""
_ONLY = {
    "node/access.py": Role.SERVER,
    "node/authority.py": Role.SERVER,
    "node/firewall.py": Role.WORKER,
    "node/members.py": Role.SERVER,
    "node/people.py": Role.SERVER,
    "node/rotate.py": Role.SERVER,
    "node/server.py": Role.SERVER,
    "node/snapshots.py": Role.SERVER,
    "node/steps.py": Role.SERVER,
    "node/turns.py": Role.SERVER,
    "node/watch.py": Role.SERVER,
    "node/worker.py": Role.WORKER,
}
"""The modules of the node's program that only one role needs."""
_BOTH = (Role.SERVER, Role.WORKER)


def boot(node: Node, software: Software, bucket: str) -> str:
    """The user-data of a pool's nodes, as base64. ``bucket`` has their :func:`program`.

    Deterministic. InvalidInput where it is longer than a cloud takes.
    """
    return user_data(parts(node, software, bucket), f"cluster '{node.cluster}'")


@cache
def program(role: Role) -> Program:
    """``foxden-node``, with the modules that nodes of this role need."""
    names = [name for name in shipped_below("node", ".py") if _ONLY.get(name, role) == role]
    return packed(PACKAGE, {name.rpartition("/")[2]: shipped(name) for name in names})


def parts(node: Node, software: Software, bucket: str) -> Boot:
    """The same as parts."""
    worker = node.role == Role.WORKER
    own = Own(
        packages=(*_PACKAGES, *(_PACKAGES_OF_WORKERS if worker else ())),
        binaries=tuple(binary for binary in software.binaries if worker or binary.name != "caddy"),
        files=_files(),
        commands=_COMMANDS,
        units=_units(node),
        facts={},
    )
    return assembled(node, software, bucket, program(node.role), own)


def _files() -> Iterator[File]:
    yield File("/etc/sysusers.d/foxden.conf", shipped("sysusers.conf"))
    yield File("/etc/systemd/resolved.conf.d/foxden.conf", shipped("resolved.conf"))


def _units(node: Node) -> Iterator[Unit]:
    confined = sandbox("consul.d", "nomad.d")
    kind = "client" if node.role == Role.WORKER else "server"
    yield Unit("foxden-configure.service", filled(shipped("units/foxden-configure.service"), confined))
    if node.role == Role.WORKER:
        yield Unit("docker.service.d/foxden.conf", shipped("units/docker.conf"), start=False)
    yield Unit("consul.service", shipped("units/consul.service"))
    yield Unit("nomad.service", shipped(f"units/nomad-{kind}.service"))
    yield Unit("foxden-node.service", filled(shipped("units/foxden-node.service"), confined))


def flows() -> tuple[Flow, ...]:
    """Who talks to whom. Everything else may be closed, but a balancer's way to the workers' ingress."""
    gossip = [
        Flow(source, target, protocol, (8301, 8301), "gossip of Consul")
        for source in _BOTH
        for target in _BOTH
        for protocol in ("tcp", "udp")
    ]
    return (
        *gossip,
        Flow(Role.SERVER, Role.SERVER, "tcp", (8300, 8300), "raft and requests of Consul"),
        Flow(Role.WORKER, Role.SERVER, "tcp", (8300, 8300), "requests of Consul"),
        Flow(Role.SERVER, Role.SERVER, "tcp", (4646, 4648), "API of Nomad for the health of servers, raft, gossip"),
        Flow(Role.SERVER, Role.SERVER, "udp", (4648, 4648), "gossip of Nomad"),
        Flow(Role.WORKER, Role.SERVER, "tcp", (4647, 4647), "requests of Nomad"),
        Flow(Role.WORKER, Role.WORKER, "tcp", _SERVICE_PORTS, "services to services, the ingress to services"),
    )


def version(software: Software, role: Role) -> Optional[str]:
    """Servers of any versions that Nomad and Consul allow side by side may follow each other."""
    return None


def node_problems(node: Node) -> Iterator[str]:
    """Nodes say their pool among the facts about them; their names begin with it, and what a node may do in Consul."""
    if "pool" in node.meta:
        yield "meta.pool is kept for the pool's own name with scheduler 'nomad'"
    if node.pool == _SERVERS:
        yield f"name must not be '{_SERVERS}' with scheduler 'nomad': its machines could speak for the core servers"
    if node.dedicated and node.pool in _POOLS_OF_ALL:
        yield f"name must not be '{node.pool}' for a dedicated pool with scheduler 'nomad', which has one of that name"
    first, last = _SERVICE_PORTS
    if node.ingress_port in _TAKEN_PORTS or first <= node.ingress_port <= last:
        taken = ", ".join(map(str, _TAKEN_PORTS))
        yield (
            f"ingress_port must be none of {taken} and not between {first} and {last} with scheduler 'nomad', which "
            f"other programs of the machine and its services have, got {node.ingress_port}"
        )


def group_tags(node: Node) -> Mapping[str, str]:
    """Nothing in these clusters scales their pools."""
    return {}


def connection_options(cluster: str) -> Mapping[str, str]:
    """The options of a connection to a cluster of these nodes."""
    return {
        "command_driver": "exec",
        "network_mode": "host",
        "caddy": "/usr/local/bin/caddy",
        "datacenter": cluster,
        "core_mhz": str(_CORE_MHZ),
    }
