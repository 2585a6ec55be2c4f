"""Reads what a pool of workers is to be: all problems at once (pure)."""

from typing import Any, Optional

from foxden.boot.node import Node, Role
from foxden.clouds.base import cloud
from foxden.clouds.plan import PoolPlan, Site, Store
from foxden.clouds.versions import minor_of
from foxden.clusters.core_args import CoreFacts, StoreFacts
from foxden.clusters.pool_args import WorkerPoolArgs
from foxden.clusters.read_core import read_pools
from foxden.clusters.read_machines import LISTS, late_map, read_machines, read_scheduler
from foxden.clusters.read_network import named_reader, read_site
from foxden.clusters.read_scaling import read_cpu_percent, read_on_demand, read_refresh, read_schedules, read_warm_pool
from foxden.errors import Problem
from foxden.schedulers.base import nodes
from foxden.service.reader import UNKNOWN, Reader, did_you_mean

DAY = 86400

MOST = 1000

OLDER = 3
"""By how many minor versions a worker may be older than the servers, as Kubernetes has it of kubelets."""

POOL_FIELDS = tuple(WorkerPoolArgs.__annotations__)


def read_pool(name: str, args: Any) -> tuple[PoolPlan, list[Problem]]:
    """A pool that is to be built."""
    reader = named_reader("pool", name, args, POOL_FIELDS, ("cluster", "image"))
    given = args if reader.readable else {}
    cluster = reader.sub("cluster") or Reader(reader.subject, {})
    facts = given["cluster"] if cluster.given else {}
    scheduler, site = _read_cluster(cluster, name, facts)
    if reader.has("cluster") and not reader.has("software") and cluster.has("software"):
        reader.given = {**reader.given, "software": cluster.given["software"]}
    low = reader.integer("min", 1, 0, MOST)
    high = reader.integer("max", max(low, 1), max(low, 1), MOST)
    node = _node(reader, cluster, name, site)
    machines = read_machines(
        reader, given, scheduler, reader.texts("instance_types"), node, _late(reader, given), "pool"
    )
    cpu_percent = read_cpu_percent(reader)
    plan = PoolPlan(
        subject=reader.subject,
        name=name,
        cluster=node.cluster,
        site=site,
        key=facts.get("key", ""),
        security_group=facts.get("workers_security_group", ""),
        store=_store(cluster, facts),
        machines=machines,
        min=low,
        max=high,
        desired=reader.integer("desired", None, low, high),
        on_demand=read_on_demand(reader),
        cpu_percent=cpu_percent,
        schedules=read_schedules(reader),
        warm_pool=read_warm_pool(reader),
        refresh=read_refresh(reader),
        max_lifetime=reader.integer("max_lifetime_days", 0, 1, 365) * DAY,
        join_deadline=reader.integer("join_deadline", 600, 120, 7200),
        target_groups=late_map(reader, "target_groups", given),
        endpoint=facts.get("endpoint") or "",
        # Two that change its size would fight.
        group_tags=nodes(scheduler).group_tags(node) if scheduler and cpu_percent is None else {},
    )
    if scheduler:
        _read_version(reader, cluster, nodes(scheduler).version(machines.software, Role.WORKER))
    if site.cloud:
        reader.problems += cloud(site.cloud).pool_problems(plan)
    return plan, reader.problems


def _read_cluster(cluster: Reader, name: str, facts: Any) -> tuple[str, Site]:
    if not cluster.given:
        return "", Site("", "", "", "", {})
    read_membership(cluster, name)
    cluster.require("store")
    network = cluster.sub("network")
    site = read_site(network, facts["network"]) if network else Site("", "", "", "", {})
    return read_scheduler(cluster), site


def read_membership(cluster: Reader, name: str) -> None:
    """What every pool takes of its cluster."""
    cluster.only(CoreFacts.__annotations__)
    cluster.require(*sorted(CoreFacts.__required_keys__))
    cluster.text("cluster")
    for key in ("key", "workers_security_group", "endpoint", "control_plane"):
        cluster.text(key, late=True)
    pools = read_pools(cluster)
    if cluster.has("pools") and name not in pools:
        told = f"{', '.join(pools) or 'none'}{did_you_mean(name, pools)}"
        cluster.complain("pools", f"must have '{name}', or its machines get no credentials, got {told}")


def _read_version(reader: Reader, cluster: Reader, own: Optional[str]) -> None:
    """A worker may be a little older than the servers, and never newer."""
    servers = cluster.text("version")
    mine, theirs = minor_of(own or ""), minor_of(servers or "")
    if mine and theirs and mine > theirs:
        reader.complain("software", f"must not be newer than the cluster's, which is {servers}, got {own}")
    if mine and theirs and (mine[0] < theirs[0] or mine[1] < theirs[1] - OLDER):
        oldest = f"{theirs[0]}.{max(theirs[1] - OLDER, 0)}"
        reader.complain("software", f"must not be older than {oldest}, for the cluster's is {servers}, got {own}")


def _store(cluster: Reader, facts: Any) -> Store:
    store = cluster.sub("store")
    if store is None or not store.readable:
        return Store("", ())
    store.only(StoreFacts.__annotations__)
    store.require(*sorted(StoreFacts.__required_keys__))
    store.text("bucket", late=True)
    return Store(facts["store"].get("bucket", ""), store.texts("programs"))


def _node(reader: Reader, cluster: Reader, name: str, site: Site) -> Node:
    chosen = cloud(site.cloud) if site.cloud else None
    own = cluster.text("cluster", "")
    return Node(
        cloud=site.cloud,
        region=site.region,
        cluster=own,
        role=Role.WORKER,
        servers=0,
        parameters=chosen.parameters(own) if chosen else "",
        key=chosen.key(own) if chosen else "",
        pool=name,
        node_class=reader.text("node_class", name),
        meta=reader.text_map("meta"),
        dedicated=reader.flag("dedicated", False),
        ingress_port=reader.integer("ingress_port", 8080, 1, 65535),
        drain_deadline=reader.integer("drain_deadline", 300, 30, 3600),
        certificate_hours=cluster.integer("certificate_hours", 72, 12, 720),
        follow_within=cluster.integer("follow_within", 600, 30, 3600),
    )


def _late(reader: Reader, given: Any) -> dict[str, Any]:
    """The facts of a node that may be outputs, as they were given."""
    for key in LISTS:
        if reader.given.get(key) is not UNKNOWN:
            items = reader.items(key)
            for place, item in enumerate(items):
                if not isinstance(item, str) or not item:
                    reader.complain(f"{key}[{place}]", f"must be a text that is not empty, got {item!r}")
    reader.text("pull_test", late=True)
    return {key: given[key] for key in (*LISTS, "pull_test") if reader.has(key)}
