"""Reads what core servers are to be: all problems at once (pure)."""

from typing import Any

from foxden.boot.node import Node, Role
from foxden.boot.program import Program
from foxden.clouds.base import cloud
from foxden.clouds.plan import CorePlan, Site
from foxden.clusters.core_args import CoreClusterArgs
from foxden.clusters.read_machines import read_machines, read_scheduler
from foxden.clusters.read_network import MAX_NAME, named_reader, overlap_problem, read_site
from foxden.errors import Problem
from foxden.naming import label_problem
from foxden.schedulers.base import nodes
from foxden.service.reader import Reader

SERVER_COUNTS = (1, 3, 5)

DEFAULT_BOOTSTRAP = "asg"

_FIELDS = tuple(CoreClusterArgs.__annotations__)
_REQUIRED = ("scheduler", "network", "servers", "image")
_OF_MANAGED = ("addons", "administrators", "log_days", "pod_identities", "public_from", "version")
"""Fields of a control plane that the cloud runs."""


def read_core(name: str, args: Any) -> tuple[CorePlan, list[Problem]]:
    """Core servers that are to be built."""
    reader = named_reader("cluster", name, args, _FIELDS, _REQUIRED)
    given = args if reader.readable else {}
    scheduler = read_scheduler(reader)
    network = reader.sub("network")
    site = read_site(network, given["network"]) if network else Site("", "", "", "", {})
    servers = _servers(reader, site)
    late = {"snapshots": given.get("snapshots")} if reader.text("snapshots", late=True) else {}
    node = _node(reader, name, site, servers)
    types = (reader.text("instance_type"),) if reader.has("instance_type") else ()
    bootstrap = reader.text("bootstrap", DEFAULT_BOOTSTRAP)
    pools = read_pools(reader)
    machines = read_machines(reader, given, scheduler, types, node, late, "servers")
    plan = CorePlan(
        subject=reader.subject,
        name=name,
        site=site,
        servers=servers,
        bootstrap=bootstrap,
        pools=pools,
        join_deadline=reader.integer("join_deadline", 900, 300, 7200),
        key_deletion_days=reader.integer("key_deletion_days", 30, 7, 30),
        protect=reader.flag("protect", True),
        snapshots=given.get("snapshots"),
        flows=nodes(scheduler).flows() if scheduler else (),
        programs=_programs(scheduler),
        machines=machines,
        endpoint=nodes(scheduler).ENDPOINT if scheduler else None,
        version=nodes(scheduler).version(machines.software, Role.SERVER) if scheduler else None,
    )
    for inside in nodes(scheduler).ADDRESSES if scheduler else ():
        wrong = overlap_problem(site.cidr, inside)
        if wrong:
            reader.complain("network", wrong)
    read_connection(reader)
    reader.flag("managed", False)
    for field in _OF_MANAGED:
        if reader.has(field):
            reader.complain(field, "must not be given unless the cloud runs the servers (managed)")
    if site.cloud:
        reader.problems += cloud(site.cloud).core_problems(plan)
    return plan, reader.problems


def _programs(scheduler: str) -> tuple[Program, ...]:
    """What servers and workers fetch when they start, once where it is the same."""
    found = [nodes(scheduler).program(role) for role in Role] if scheduler else []
    return tuple(dict.fromkeys(found))


def _servers(reader: Reader, site: Site) -> int:
    """How many: an even number makes two halves possible that both think they are the majority's better half."""
    servers: int = reader.integer("servers", 1, -(10**6), 10**6)
    if servers not in SERVER_COUNTS:
        reader.complain("servers", f"must be 1, 3 or 5, got {servers}")
        return 1
    zones = len(site.zones)
    in_one_zone = -(-servers // zones) if zones else 0
    if servers > 1 and in_one_zone > (servers - 1) // 2:
        reader.complain(
            "servers",
            f"{servers} need at least 3 zones, got {zones}: with a zone that has {in_one_zone} the majority is lost",
        )
    return servers


def _node(reader: Reader, name: str, site: Site, servers: int) -> Node:
    chosen = cloud(site.cloud) if site.cloud else None
    return Node(
        cloud=site.cloud,
        region=site.region,
        cluster=name,
        role=Role.SERVER,
        servers=servers,
        parameters=chosen.parameters(name) if chosen else "",
        key=chosen.key(name) if chosen else "",
        unhealthy_after=reader.integer("unhealthy_after", 120, 60, 3600),
        certificate_hours=reader.integer("certificate_hours", 72, 12, 720),
        follow_within=reader.integer("follow_within", 600, 30, 3600),
        snapshot_minutes=reader.integer("snapshot_minutes", 60, 5, 1440),
    )


def read_pools(reader: Reader) -> tuple[str, ...]:
    """The field ``pools``: names that differ, sorted."""
    pools = reader.texts("pools")
    for place, pool in enumerate(pools):
        wrong = label_problem(pool, MAX_NAME)
        if wrong or pool in pools[:place]:
            reader.complain(f"pools[{place}]", wrong or f"is named twice: {pool!r}")
    return tuple(sorted(set(pools)))


def read_connection(reader: Reader) -> None:
    """The fields that a connection has of a cluster."""
    for key in ("address", "discovery_address"):
        reader.text(key, late=True)
    reader.text_map("options", late=True)
