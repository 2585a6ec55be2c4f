"""Reads what a control plane that a cloud runs itself is to be: all problems at once (pure)."""

from collections.abc import Mapping
from typing import Any

from foxden.clouds.base import cloud
from foxden.clouds.managed import ManagedPlan, PodIdentity, managed, managed_problem
from foxden.clouds.plan import Site
from foxden.clusters.core_args import CoreClusterArgs, PodIdentityArgs
from foxden.clusters.read_core import read_connection, read_pools
from foxden.clusters.read_network import LOG_DAYS, named_reader, overlap_problem, read_site, read_tags
from foxden.errors import Problem
from foxden.naming import label_problem
from foxden.schedulers.base import scheduler_problem
from foxden.service.reader import Reader

MANAGED_FIELDS = frozenset(
    {
        *("addons", "address", "administrators", "discovery_address", "key_deletion_days", "log_days", "managed"),
        *("network", "options", "pod_identities", "pools", "protect", "public_from", "scheduler", "tags", "version"),
    }
)
"""What may be said of such a one."""

_FIELDS = tuple(CoreClusterArgs.__annotations__)


def read_managed(name: str, args: Any) -> tuple[ManagedPlan, list[Problem]]:
    """A control plane that is to be asked for."""
    reader = named_reader("cluster", name, args, _FIELDS, ("scheduler", "network"))
    given = args if reader.readable else {}
    for field in _FIELDS:
        if reader.has(field) and field not in MANAGED_FIELDS:
            reader.complain(field, "must not be given where the cloud runs the servers (managed)")
    network = reader.sub("network")
    site = read_site(network, given["network"]) if network else Site("", "", "", "", {})
    scheduler = _scheduler(reader, site.cloud)
    days = reader.integer("log_days", 90, LOG_DAYS[0], LOG_DAYS[-1])
    if days not in LOG_DAYS:
        reader.complain("log_days", f"must be one of {', '.join(map(str, LOG_DAYS))}, got {days}")
    plan = ManagedPlan(
        subject=reader.subject,
        name=name,
        site=site,
        parameters=cloud(site.cloud).parameters(name) if site.cloud else "",
        version=reader.text("version", managed(site.cloud, scheduler).VERSION if scheduler else ""),
        pools=read_pools(reader),
        public_from=reader.texts("public_from"),
        administrators=_named(reader, "administrators"),
        addons=reader.text_map("addons"),
        pod_identities=_identities(reader, given.get("pod_identities")),
        log_days=days,
        key_deletion_days=reader.integer("key_deletion_days", 30, 7, 30),
        protect=reader.flag("protect", True),
        tags=read_tags(reader, "servers"),
    )
    read_connection(reader)
    if scheduler:
        wrong = overlap_problem(site.cidr, managed(site.cloud, scheduler).ADDRESSES)
        if wrong:
            reader.complain("network", wrong)
        reader.problems += managed(site.cloud, scheduler).core_problems(plan)
    return plan, reader.problems


def _scheduler(reader: Reader, place: str) -> str:
    """The field ``scheduler``, or '' where the cloud runs none of that name."""
    name: str = reader.text("scheduler", "")
    wrong = scheduler_problem(name) if name else None
    unable = managed_problem(place, name) if place and name and not wrong else None
    if wrong:
        reader.complain("scheduler", wrong)
    if unable:
        reader.complain("managed", unable)
    return "" if wrong or unable or not place else name


def _named(reader: Reader, key: str) -> Mapping[str, str]:
    texts = reader.text_map(key)
    for name in texts:
        wrong = label_problem(name, 32)
        if wrong:
            reader.complain(f"{key}.{name}", wrong)
    return texts


def _identities(reader: Reader, given: Any) -> dict[str, PodIdentity]:
    found = {}
    whole = reader.sub("pod_identities")
    for name, fields in whole.given.items() if whole and whole.readable else ():
        own = reader.nested(f"pod_identities.{name}", fields)
        own.only(PodIdentityArgs.__annotations__)
        own.require(*PodIdentityArgs.__annotations__)
        wrong = label_problem(name, 20)
        if wrong:
            reader.complain(f"pod_identities.{name}", wrong)
        own.text("policy", late=True)
        place = (own.text("namespace", ""), own.text("service_account", ""))
        if own.readable and own.has("policy"):
            found[name] = PodIdentity(*place, given[name]["policy"])
    return found
