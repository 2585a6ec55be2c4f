"""Reads what a cluster is to have around it: all problems at once (pure)."""

from typing import Any

from foxden.clouds.edge import BalancerPlan, BucketPlan, BucketPurpose, DomainPlan, Way, ZonePlan, edge_problem
from foxden.clusters.read_network import MAX_NAME, read_site
from foxden.errors import Problem
from foxden.naming import host_problem, label_problem
from foxden.service.prepare import placeholders
from foxden.service.reader import Reader, Unknown

DAYS = {BucketPurpose.ACCESS_LOGS: 90, BucketPurpose.SNAPSHOTS: 30}
"""How long things stay in a bucket unless it is said."""

MAX_BUCKET = 36
"""Characters of a bucket's name here: a hyphen and 26 more characters make it the only one in the world."""

_COMPONENT = "component"


def read_bucket(name: str, args: Any, form: Any) -> tuple[BucketPlan, str, list[Problem]]:
    """A bucket, and the cloud that keeps it."""
    reader = _reader("bucket", name, args, form, MAX_BUCKET)
    purpose = reader.choice("purpose", BucketPurpose.ACCESS_LOGS)
    plan = BucketPlan(
        name=name,
        purpose=purpose,
        days=reader.integer("days", DAYS[purpose], 1, 3650),
        protect=reader.flag("protect", True),
        tags={**reader.text_map("tags"), _COMPONENT: str(purpose)},
    )
    return plan, _cloud(reader), reader.problems


def read_balancer(name: str, args: Any, form: Any) -> tuple[BalancerPlan, str, list[Problem]]:
    """A balancer, and the cloud that it is on."""
    reader = _reader("balancer", name, args, form)
    network = reader.sub("network")
    site = read_site(network or Reader(reader.subject, {}), args.get("network") if network else None)
    subnets = {zone: each.public for zone, each in site.zones.items() if each.public is not None}
    if network and network.readable and len(subnets) < 2:
        reader.complain("network.zones", f"must have a public subnet in 2 zones at least, got {len(subnets)}")
    reader.text("workers_security_group", late=True)
    reader.text("zone", late=True)
    reader.text("logs", late=True)
    plan = BalancerPlan(
        name=name,
        network=site.id,
        subnets=subnets,
        workers=args["workers_security_group"] if reader.has("workers_security_group") else "",
        ingress_port=reader.integer("ingress_port", 8080, 1, 65535),
        domain=_domain(reader),
        zone=args["zone"] if reader.has("zone") else None,
        logs=args["logs"] if reader.has("logs") else None,
        idle=reader.integer("idle", 60, 1, 4000),
        protect=reader.flag("protect", True),
        tags={**reader.text_map("tags"), _COMPONENT: "balancer"},
    )
    return plan, site.cloud, reader.problems


def read_domain(name: str, args: Any, form: Any) -> tuple[DomainPlan, str, list[Problem]]:
    """A further domain, and the cloud that its balancer is on."""
    reader = _reader("domain", name, args, form)
    given: Any = {}
    balancer = reader.sub("balancer")
    facts = ("listener", "zone", "address", "address_zone")
    chosen = ""
    if balancer and balancer.readable:
        balancer.only(("cloud", *facts))
        balancer.require("cloud", *facts)
        for key in facts:
            balancer.text(key, late=True)
        chosen, given = _cloud(balancer), args["balancer"]
    plan = DomainPlan(
        name=name,
        domain=_domain(reader),
        way=Way(**{key: given.get(key, "") for key in facts}),
        tags={**reader.text_map("tags"), _COMPONENT: "balancer"},
    )
    return plan, chosen, reader.problems


def read_zone(name: str, args: Any, form: Any) -> tuple[ZonePlan, str, list[Problem]]:
    """A private zone, and the cloud that its network is on."""
    reader = _reader("zone", name, args, form)
    network = reader.sub("network")
    site = read_site(network or Reader(reader.subject, {}), args.get("network") if network else None)
    records = reader.text_map("records", late=True)
    for record in records:
        wrong = host_problem(record, absolute=False)
        if wrong:
            reader.complain(f"records.{record}", wrong)
    plan = ZonePlan(
        name=name,
        domain=_domain(reader),
        network=site.id,
        records={record: args["records"][record] for record in records},
        tags={**reader.text_map("tags"), _COMPONENT: "zone"},
    )
    return plan, site.cloud, reader.problems


def _reader(kind: str, name: str, args: Any, form: Any, longest: int = MAX_NAME) -> Reader:
    reader = Reader(f"{kind} '{name}'", placeholders(args))
    wrong = label_problem(name, longest)
    if wrong:
        reader.complain("name", wrong)
    reader.only(form.__annotations__)
    reader.require(*sorted(form.__required_keys__))
    return reader


def _cloud(reader: Reader) -> str:
    wanted: str = reader.text("cloud", "")
    wrong = edge_problem(wanted) if wanted else None
    if wrong:
        reader.complain("cloud", wrong)
    return "" if wrong else wanted


def _domain(reader: Reader) -> str:
    domain: str = reader.text("domain", "")
    wrong = host_problem(domain, absolute=False) if domain and not isinstance(domain, Unknown) else None
    if wrong:
        reader.complain("domain", wrong)
    return domain
