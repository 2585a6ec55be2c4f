"""The one address of the servers' API: an internal balancer that passes TCP on to those that are well."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from foxden.boot.node import SERVERS, Endpoint, Role
from foxden.clouds.aws.firewall import WORKERS, Opening, opened
from foxden.clouds.aws.scope import Scope
from foxden.clouds.aws.waiting import after
from foxden.clouds.plan import CorePlan
from foxden.naming import SEPARATOR

API = "api"


@dataclass(frozen=True)
class Reached:
    """What stands before the servers."""

    address: pulumi.Output[str]
    """Its host name, known when whoever asks there may."""
    target_group: pulumi.Output[str]
    """ARN of the group that the servers are put into."""


def create_endpoint(
    scope: Scope, plan: CorePlan, endpoint: Endpoint, groups: Mapping[Role, pulumi.Output[str]]
) -> Reached:
    """The balancer in the private subnets, and the rules between it and the nodes."""
    import pulumi_aws as aws

    group = aws.ec2.SecurityGroup(
        scope.logical(API),
        name=scope.called(API),
        description="The way to the servers of one cluster",
        vpc_id=plan.site.id,
        revoke_rules_on_delete=True,
        tags=scope.tagged(API),
        opts=scope.opts,
    )
    balancer = aws.lb.LoadBalancer(
        scope.logical(API),
        # A balancer of users may be called 'dev-api'.
        name=f"{scope.physical}{SEPARATOR}{API}",
        load_balancer_type="network",
        internal=True,
        subnets=[zone.private for zone in plan.site.zones.values()],
        security_groups=[group.id],
        # A zone whose server is being replaced is served by the others.
        enable_cross_zone_load_balancing=True,
        enable_deletion_protection=plan.protect,
        tags=scope.tagged(API),
        opts=scope.opts,
    )
    target = _target_group(scope, plan, endpoint)
    listener = aws.lb.Listener(
        scope.logical(API),
        load_balancer_arn=balancer.arn,
        port=endpoint.port,
        protocol="TCP",
        default_actions=[{"type": "forward", "target_group_arn": target.arn}],
        tags=scope.tagged(API),
        opts=scope.opts,
    )
    rules = _rules(scope, endpoint, group.id, groups)
    return Reached(after(balancer.dns_name, [listener, *rules]), after(target.arn, [listener]))


def _target_group(scope: Scope, plan: CorePlan, endpoint: Endpoint) -> Any:
    import pulumi_aws as aws

    return aws.lb.TargetGroup(
        scope.logical(API),
        port=endpoint.port,
        protocol="TCP",
        target_type="instance",
        vpc_id=plan.site.id,
        # A server that asks there may be answered by itself, which its own address as the sender would prevent.
        preserve_client_ip="false",
        # Who watches something would stay with a server that has left.
        deregistration_delay=30,
        connection_termination=True,
        health_check={
            "protocol": "HTTPS",
            "path": endpoint.path,
            "matcher": "200",
            "interval": 10,
            "timeout": 5,
            "healthy_threshold": 2,
            "unhealthy_threshold": 2,
        },
        tags=scope.tagged(API),
        opts=scope.opts,
    )


def _rules(
    scope: Scope, endpoint: Endpoint, group: pulumi.Output[str], groups: Mapping[Role, pulumi.Output[str]]
) -> list[pulumi.Resource]:
    servers, workers = groups[Role.SERVER], groups[Role.WORKER]
    ways = (
        (SERVERS, servers, API, group, True, "servers to any server"),
        # Workers may go anywhere already.
        (WORKERS, workers, API, group, False, "workers to any server"),
        (API, group, SERVERS, servers, True, "requests passed on, and the health of servers"),
    )
    rules: list[pulumi.Resource] = []
    for source_name, source, target_name, target, outward, why in ways:
        key = f"{source_name}-to-{target_name}-tcp-{endpoint.port}"
        rules += opened(scope, Opening(key, source, target, "tcp", (endpoint.port, endpoint.port), why, outward))
    return rules
