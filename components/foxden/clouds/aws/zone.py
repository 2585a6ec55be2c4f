"""Zones of Route 53, and the records in them."""

from typing import Any

import pulumi

from foxden.clouds.aws.scope import Scope
from foxden.clouds.edge import ZonePlan

SECONDS = 60
"""How long a resolver may keep a record."""


def create_zone(plan: ZonePlan, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """A zone that is known in one network alone, with its records."""
    import pulumi_aws as aws

    scope = Scope(plan.name, f"foxden-{plan.name}", plan.tags, opts)
    zone = aws.route53.Zone(
        plan.name,
        name=plan.domain,
        comment=f"Names inside the network of '{plan.name}'",
        vpcs=[{"vpc_id": plan.network}],
        tags=scope.tagged(),
        opts=opts,
    )
    for name, target in plan.records.items():
        aws.route53.Record(
            f"{plan.name}-{name}",
            zone_id=zone.zone_id,
            name=f"{name}.{plan.domain}",
            type="CNAME",
            ttl=SECONDS,
            records=[target],
            opts=opts,
        )
    return zone.zone_id


def create_public_zone(scope: Scope, domain: str, protect: bool) -> Any:
    """A zone that the world knows once the domain above it names its servers."""
    import pulumi_aws as aws

    return aws.route53.Zone(
        scope.name,
        name=domain,
        comment="Made by Foxden",
        tags=scope.tagged(),
        opts=scope.options(protect=protect),
    )


def point(scope: Scope, zone: pulumi.Input[str], domain: str, address: Any, address_zone: Any) -> None:
    """Lead a domain and every host below it to a balancer."""
    import pulumi_aws as aws

    for what, host in (("apex", domain), ("hosts", f"*.{domain}")):
        aws.route53.Record(
            f"{scope.name}-{what}",
            zone_id=zone,
            name=host,
            type="A",
            # What a balancer's address stands for moves, and its health is looked at by itself.
            aliases=[{"name": address, "zone_id": address_zone, "evaluate_target_health": False}],
            opts=scope.opts,
        )
