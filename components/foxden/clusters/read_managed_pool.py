"""Reads what a pool of a cluster is to be whose control plane a cloud runs itself: all problems at once (pure)."""

from typing import Any

from foxden.boot.node import Node, Role
from foxden.clouds.managed import ManagedPoolPlan, managed, managed_problem
from foxden.clouds.plan import Site
from foxden.clusters.read_machines import late_map, read_disk
from foxden.clusters.read_network import named_reader, read_site, read_tags
from foxden.clusters.read_pool import MOST, POOL_FIELDS, read_membership
from foxden.clusters.read_scaling import read_on_demand, read_refresh
from foxden.errors import Problem
from foxden.schedulers.base import nodes
from foxden.service.parse_placement import read_meta
from foxden.service.reader import Reader

POOL_FIELDS_OF_MANAGED = frozenset(
    {
        *("cluster", "dedicated", "desired", "disk", "image", "instance_types", "max", "meta", "min"),
        *("node_class", "on_demand", "policies", "policy_arns", "refresh", "software", "tags"),
        *("target_groups",),
    }
)
"""What may be said of such a pool."""


def read_managed_pool(name: str, args: Any) -> tuple[ManagedPoolPlan, list[Problem]]:
    """A pool that is to be asked for."""
    reader = named_reader("pool", name, args, POOL_FIELDS, ("cluster", "image"))
    given = args if reader.readable else {}
    for field in POOL_FIELDS:
        if reader.has(field) and field not in POOL_FIELDS_OF_MANAGED:
            reader.complain(field, "must not be given where the cloud runs the servers")
    cluster = reader.sub("cluster") or Reader(reader.subject, {})
    facts = given["cluster"] if cluster.given else {}
    read_membership(cluster, name)
    network = cluster.sub("network")
    site = read_site(network, facts["network"]) if network else Site("", "", "", "", {})
    chosen = cluster.text("scheduler", "")
    low = reader.integer("min", 1, 0, MOST)
    high = reader.integer("max", max(low, 1), max(low, 1), MOST)
    node = Node(
        cloud=site.cloud,
        region=site.region,
        cluster=cluster.text("cluster", ""),
        role=Role.WORKER,
        servers=0,
        parameters="",
        key="",
        pool=name,
        node_class=reader.text("node_class", name),
        meta=read_meta(reader),
        dedicated=reader.flag("dedicated", False),
    )
    plan = ManagedPoolPlan(
        subject=reader.subject,
        name=name,
        cluster=node.cluster,
        control_plane=facts.get("control_plane", ""),
        site=site,
        version=cluster.text("version", ""),
        security_group=facts.get("workers_security_group", ""),
        image=reader.text("image", ""),
        types=reader.texts("instance_types") or ("t3.medium",),
        disk=read_disk(reader),
        node=node,
        processor=_processor(reader),
        min=low,
        max=high,
        desired=reader.integer("desired", low, low, high),
        spot=_spot(reader),
        surplus=_surplus(reader),
        target_groups=late_map(reader, "target_groups", given),
        policies=late_map(reader, "policies", given),
        policy_arns=late_map(reader, "policy_arns", given),
        tags=read_tags(reader, "pool"),
    )
    if site.cloud and chosen:
        wrong = managed_problem(site.cloud, chosen)
        if wrong:
            cluster.complain("scheduler", wrong)
        else:
            reader.problems += [Problem(reader.subject, wrong) for wrong in nodes(chosen).node_problems(node)]
            reader.problems += managed(site.cloud, chosen).pool_problems(plan)
    return plan, reader.problems


def _spot(reader: Reader) -> bool:
    """All machines or none: a node group is of one kind."""
    wanted = read_on_demand(reader)
    if wanted.base or wanted.percent not in (0, 100):
        reader.complain("on_demand", "must have no base and a percent of 0 or 100 where the cloud runs the servers")
    return wanted.percent == 0


def _surplus(reader: Reader) -> int:
    refresh = read_refresh(reader)
    for key in ("checkpoints", "pause", "alarms"):
        if reader.has("refresh") and key in (reader.given["refresh"] or {}):
            reader.complain(f"refresh.{key}", "must not be given where the cloud runs the servers")
    return refresh.surplus


def _processor(reader: Reader) -> str:
    software = reader.sub("software")
    if software is None:
        return "amd64"
    software.only(("processor",))
    processor: str = software.text("processor", "amd64")
    if processor not in ("amd64", "arm64"):
        software.complain("processor", f"must be one of amd64, arm64, got {processor!r}")
        return "amd64"
    return processor
