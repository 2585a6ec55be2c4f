"""Ways to the services of AWS that don't leave the VPC."""

from typing import Any

import pulumi

from foxden.clouds.aws.scope import Scope
from foxden.clouds.aws.subnets import region_of
from foxden.clouds.aws.waiting import after
from foxden.clouds.plan import NatMode, NetworkPlan
from foxden.errors import Problem
from foxden.service.reader import did_you_mean

ENDPOINTS = {
    "autoscaling": "nodes complete their lifecycle hooks",
    "ec2": "nodes find the servers",
    "ec2messages": "sessions and commands by SSM",
    "ecr.api": "images",
    "ecr.dkr": "images",
    "eks-auth": "credentials of pods, where Amazon runs the servers",
    "kms": "not needed by nodes: SSM asks it for them",
    "logs": "log shipping",
    "ssm": "secrets, and sessions",
    "ssmmessages": "sessions by SSM",
    "sts": "identity of a node",
}
"""The services that can be reached so, and what for."""

NEEDED = tuple(sorted(ENDPOINTS.keys() - {"eks-auth", "kms"}))
"""What there is unless something else is said."""

CLOSED = ("autoscaling", "ec2", "ssm")
"""Without these a node in a network that has no other way out can't start."""


def endpoint_problems(plan: NetworkPlan) -> list[Problem]:
    """What is wrong with the endpoints of a network."""
    chosen = chosen_endpoints(plan)
    found = [
        f"must be of {', '.join(ENDPOINTS)}, got {name!r}{did_you_mean(name, ENDPOINTS)}"
        for name in chosen
        if name not in ENDPOINTS
    ]
    missing = [name for name in CLOSED if name not in chosen]
    if plan.nat is NatMode.NONE and missing:
        found.append(f"must have {', '.join(missing)}: with nat 'none' nodes have no other way there")
    return [Problem(plan.subject, f"endpoints {problem}") for problem in found]


def chosen_endpoints(plan: NetworkPlan) -> tuple[str, ...]:
    """The services that are to be reached so, sorted."""
    return NEEDED if plan.endpoints is None else tuple(sorted(set(plan.endpoints)))


def create_endpoints(
    scope: Scope, plan: NetworkPlan, vpc: Any, subnets: dict[str, Any], tables: dict[str, Any]
) -> list[pulumi.Resource]:
    """One gateway for S3, which costs nothing, and an interface in each zone for every other service."""
    names = chosen_endpoints(plan)
    ports = _group(scope, plan, vpc) if names else None
    inputs: dict[str, Any] = {
        "vpc_endpoint_type": "Interface",
        "private_dns_enabled": True,
        "subnet_ids": [subnet.id for subnet in subnets.values()],
        "security_group_ids": [ports],
    }
    gateway = {"vpc_endpoint_type": "Gateway", "route_table_ids": [table.id for table in tables.values()]}
    return [_endpoint(scope, plan, vpc, "s3", gateway)] + [_endpoint(scope, plan, vpc, name, inputs) for name in names]


def _endpoint(scope: Scope, plan: NetworkPlan, vpc: Any, service: str, inputs: dict[str, Any]) -> pulumi.Resource:
    import pulumi_aws as aws

    made: pulumi.Resource = aws.ec2.VpcEndpoint(
        scope.logical(service),
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{region_of(plan.zones[0])}.{service}",
        tags=scope.tagged(service),
        opts=scope.opts,
        **inputs,
    )
    return made


def _group(scope: Scope, plan: NetworkPlan, vpc: Any) -> pulumi.Output[str]:
    """The security group of all of them: the network's own addresses may call."""
    import pulumi_aws as aws

    what = "endpoints"
    group = aws.ec2.SecurityGroup(
        f"{scope.name}-{what}",
        name=scope.called(what),
        description="Services of AWS, for what is in the network",
        vpc_id=vpc.id,
        tags=scope.tagged(what),
        opts=scope.opts,
    )
    rule = aws.vpc.SecurityGroupIngressRule(
        f"{scope.name}-{what}-https",
        security_group_id=group.id,
        cidr_ipv4=plan.cidr,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        description="API calls from the network",
        tags=scope.tagged(f"{what}-https"),
        opts=scope.opts,
    )
    return after(group.id, [rule])
