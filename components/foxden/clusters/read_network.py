"""Reads what a network is to be, or is: all problems at once (pure)."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any, Optional

from foxden.clouds.base import cloud, cloud_problem
from foxden.clouds.plan import NatMode, NetworkPlan, Site, Zone
from foxden.errors import Problem
from foxden.naming import label_problem
from foxden.service.prepare import placeholders
from foxden.service.reader import Reader

MAX_NAME = 20
"""Characters of the name of a network, a cluster or a pool: names on clouds are made of several."""

LOG_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 180, 365)

_NETWORK = ("cloud", "cidr", "zones", "nat", "endpoints", "flow_logs", "flow_log_days", "tags", "protect")


def named_reader(kind: str, name: str, args: Any, known: tuple[str, ...], required: tuple[str, ...]) -> Reader:
    """A reader of a component's args, with what is wrong of its name and its fields' names."""
    reader = Reader(f"{kind} '{name}'", placeholders(args) if isinstance(args, Mapping) else args)
    wrong = label_problem(name, MAX_NAME)
    if wrong:
        reader.complain("name", wrong)
    if reader.readable:
        reader.only(known)
        reader.require(*required)
    return reader


def read_network(name: str, args: Any) -> tuple[NetworkPlan, list[Problem]]:
    """A network that is to be built."""
    reader = named_reader("network", name, args, _NETWORK, ("cloud", "cidr", "zones"))
    zones = reader.texts("zones")
    if reader.has("zones") and not (2 <= len(zones) <= 4 and len(set(zones)) == len(zones)):
        reader.complain("zones", f"must be 2 to 4 different ones, got {list(zones)}")
    days = reader.integer("flow_log_days", 90, LOG_DAYS[0], LOG_DAYS[-1])
    if days not in LOG_DAYS:
        reader.complain("flow_log_days", f"must be one of {', '.join(map(str, LOG_DAYS))}, got {days}")
    plan = NetworkPlan(
        subject=reader.subject,
        name=name,
        cidr=reader.text("cidr", ""),
        zones=tuple(sorted(zones)),
        nat=reader.choice("nat", NatMode.ONE),
        endpoints=reader.texts("endpoints") if reader.has("endpoints") else None,
        flow_logs=reader.flag("flow_logs", True),
        flow_log_days=days,
        tags=read_tags(reader, "network"),
        protect=reader.flag("protect", False),
    )
    wanted = read_cloud(reader)
    if wanted and not reader.problems:
        reader.problems += cloud(wanted).network_problems(plan)
    return plan, reader.problems


def read_tags(reader: Reader, component: str) -> Mapping[str, str]:
    """The field ``tags``; without one of their own they say which component it is."""
    return {"component": component, **reader.text_map("tags")}


def read_existing_network(name: str, args: Any) -> tuple[Site, list[Problem]]:
    """A network that is already there."""
    fields = ("cloud", "id", "cidr", "zones")
    reader = named_reader("network", name, args, fields, fields)
    return read_site(reader, args), reader.problems


def read_cloud(reader: Reader) -> str:
    """The field ``cloud``, or '' where it is wrong."""
    wanted: str = reader.text("cloud", "")
    wrong = cloud_problem(wanted) if wanted else None
    if wrong:
        reader.complain("cloud", wrong)
    return "" if wrong else wanted


def overlap_problem(cidr: str, inside: str) -> Optional[str]:
    """Say why a cluster that has the addresses ``inside`` can't be in a network that has ``cidr``, or None."""
    try:
        clash = ip_network(cidr).overlaps(ip_network(inside))
    except ValueError:
        return None
    return f"must not overlap {inside}, which the inside of the cluster has, got {cidr!r}" if clash else None


def read_site(reader: Reader, given: Any) -> Site:
    """A network as others take it. ``given`` has the values that the reader's may stand for."""
    wanted = read_cloud(reader)
    reader.text("id", late=True)
    zones = reader.sub("zones")
    names = tuple(sorted(zones.given)) if zones else ()
    if zones and zones.readable and not 1 <= len(names) <= 4:
        reader.complain("zones", f"must be 1 to 4, got {len(names)}")
    found = {}
    for zone in names if zones else ():
        subnets = zones.nested(zone, zones.given[zone]) if zones else reader
        subnets.only(("private", "public"))
        subnets.require("private")
        subnets.text("private", late=True)
        subnets.text("public", late=True)
        if subnets.readable and subnets.has("private"):
            own = given["zones"][zone]
            found[zone] = Zone(own["private"], own.get("public"))
    region = ""
    if wanted and names:
        chosen = cloud(wanted)
        for wrong in chosen.zone_problems(names):
            reader.complain("zones", wrong)
        region = chosen.region(names)
    cidr = reader.text("cidr", "")
    return Site(cloud=wanted, region=region, id=(given or {}).get("id", ""), cidr=cidr, zones=found)
