"""A VPC: subnets in each zone, the ways out of it, and a record of who talked to whom."""

import json
from typing import Any

import pulumi

from foxden.clouds.aws.access import Place, assumed_by, flow_logs_policy
from foxden.clouds.aws.endpoints import create_endpoints, endpoint_problems
from foxden.clouds.aws.images import tag_problems
from foxden.clouds.aws.keys import FLOW_LOGS, LOGS_KEY_DAYS, create_key, for_logs
from foxden.clouds.aws.scope import Scope
from foxden.clouds.aws.subnets import Subnets, cidr_problem, plan_subnets, region_of, zones_problems
from foxden.clouds.aws.waiting import after
from foxden.clouds.base import BuiltNetwork
from foxden.clouds.plan import NatMode, NetworkPlan
from foxden.errors import Problem

ANYWHERE = "0.0.0.0/0"


def network_problems(plan: NetworkPlan) -> list[Problem]:
    """What a VPC can't be."""
    problems = [Problem(plan.subject, f"zones {problem}") for problem in zones_problems(plan.zones)]
    wrong = cidr_problem(plan.cidr)
    problems += [Problem(plan.subject, f"cidr {wrong}")] if wrong else []
    return problems + endpoint_problems(plan) + tag_problems(plan.subject, plan.tags)


def create_network(plan: NetworkPlan, opts: pulumi.ResourceOptions) -> BuiltNetwork:
    """The VPC with all that belongs to it."""
    import pulumi_aws as aws

    scope = Scope(plan.name, f"foxden-{plan.name}", plan.tags, opts)
    vpc = aws.ec2.Vpc(
        plan.name,
        cidr_block=plan.cidr,
        enable_dns_support=True,
        enable_dns_hostnames=True,
        tags=scope.tagged(),
        opts=scope.options(protect=plan.protect or None),
    )
    # The group that everything gets which names none: it lets nothing in and nothing out.
    aws.ec2.DefaultSecurityGroup(plan.name, vpc_id=vpc.id, tags=scope.tagged("default"), opts=opts)
    subnets = plan_subnets(plan.cidr, plan.zones)
    public, open_ways = _public(scope, vpc, subnets)
    private, tables, joined = _private(scope, vpc, subnets)
    ways = [
        *joined,
        *_ways_out(scope, plan, public, tables, open_ways),
        *create_endpoints(scope, plan, vpc, private, tables),
    ]
    if plan.flow_logs:
        _flow_logs(scope, plan, vpc)
    return BuiltNetwork(
        id=vpc.id,
        # A machine needs its ways from its first second to its last.
        private={zone: after(subnet.id, ways) for zone, subnet in private.items()},
        public={zone: after(subnet.id, open_ways) for zone, subnet in public.items()},
    )


def _subnet(scope: Scope, vpc: Any, kind: str, zone: str, cidr: str) -> Any:
    import pulumi_aws as aws

    return aws.ec2.Subnet(
        f"{scope.name}-{kind}-{zone}",
        vpc_id=vpc.id,
        availability_zone=zone,
        cidr_block=cidr,
        map_public_ip_on_launch=False,
        tags={**scope.tagged(f"{kind}-{zone}"), "foxden:subnet": kind},
        opts=scope.opts,
    )


def _table(scope: Scope, vpc: Any, what: str) -> Any:
    import pulumi_aws as aws

    return aws.ec2.RouteTable(f"{scope.name}-{what}", vpc_id=vpc.id, tags=scope.tagged(what), opts=scope.opts)


def _public(scope: Scope, vpc: Any, subnets: dict[str, Subnets]) -> tuple[dict[str, Any], list[pulumi.Resource]]:
    """The public subnets, and what makes them public."""
    import pulumi_aws as aws

    gateway = aws.ec2.InternetGateway(scope.name, vpc_id=vpc.id, tags=scope.tagged(), opts=scope.opts)
    table = _table(scope, vpc, "public")
    route = aws.ec2.Route(
        f"{scope.name}-public",
        route_table_id=table.id,
        destination_cidr_block=ANYWHERE,
        gateway_id=gateway.id,
        opts=scope.opts,
    )
    made: dict[str, Any] = {}
    ways: list[pulumi.Resource] = [route]
    for zone, planned in subnets.items():
        made[zone] = _subnet(scope, vpc, "public", zone, planned.public)
        ways.append(_joined(scope, f"public-{zone}", made[zone], table))
    return made, ways


def _joined(scope: Scope, what: str, subnet: Any, table: Any) -> pulumi.Resource:
    import pulumi_aws as aws

    joined: pulumi.Resource = aws.ec2.RouteTableAssociation(
        scope.logical(what), subnet_id=subnet.id, route_table_id=table.id, opts=scope.opts
    )
    return joined


def _private(
    scope: Scope, vpc: Any, subnets: dict[str, Subnets]
) -> tuple[dict[str, Any], dict[str, Any], list[pulumi.Resource]]:
    """The private subnets, the route table of each, and what joins them."""
    made, tables, joined = {}, {}, []
    for zone, planned in subnets.items():
        made[zone] = _subnet(scope, vpc, "private", zone, planned.private)
        tables[zone] = _table(scope, vpc, f"private-{zone}")
        joined.append(_joined(scope, f"private-{zone}", made[zone], tables[zone]))
    return made, tables, joined


def _ways_out(
    scope: Scope, plan: NetworkPlan, public: dict[str, Any], tables: dict[str, Any], open_ways: list[pulumi.Resource]
) -> list[pulumi.Resource]:
    """Gateways, and the route of each zone to its own or to the only one."""
    import pulumi_aws as aws

    zones = {NatMode.NONE: (), NatMode.ONE: plan.zones[:1], NatMode.PER_ZONE: plan.zones}[plan.nat]
    gateways = {}
    for zone in zones:
        what = f"nat-{zone}"
        address = aws.ec2.Eip(f"{scope.name}-{what}", domain="vpc", tags=scope.tagged(what), opts=scope.opts)
        gateways[zone] = aws.ec2.NatGateway(
            f"{scope.name}-{what}",
            allocation_id=address.id,
            subnet_id=public[zone].id,
            tags=scope.tagged(what),
            opts=scope.options(depends_on=open_ways),
        )
    return [
        aws.ec2.Route(
            f"{scope.name}-private-{zone}",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            nat_gateway_id=gateways.get(zone, gateways[zones[0]]).id,
            opts=scope.opts,
        )
        for zone, table in (tables.items() if gateways else ())
    ]


def _flow_logs(scope: Scope, plan: NetworkPlan, vpc: Any) -> None:
    import pulumi_aws as aws

    what = FLOW_LOGS
    group_name = f"/foxden/{plan.name}/{what}"
    key, _ = create_key(scope, what, f"Flow logs of the network '{plan.name}'", LOGS_KEY_DAYS, protect=False)
    group = aws.cloudwatch.LogGroup(
        f"{scope.name}-{what}",
        name=group_name,
        kms_key_id=key.arn,
        retention_in_days=plan.flow_log_days,
        tags=scope.tagged(what),
        opts=scope.options(depends_on=[for_logs(scope, what, key, group_name)]),
    )
    role = aws.iam.Role(
        f"{scope.name}-{what}",
        name=f"{scope.called(what)}-{region_of(plan.zones[0])}",
        assume_role_policy=key.arn.apply(
            lambda arn: json.dumps(assumed_by("vpc-flow-logs.amazonaws.com", Place.of(arn)), sort_keys=True)
        ),
        tags=scope.tagged(what),
        opts=scope.opts,
    )
    writing = aws.iam.RolePolicy(
        f"{scope.name}-{what}",
        role=role.name,
        policy=group.arn.apply(lambda arn: json.dumps(flow_logs_policy(arn), sort_keys=True)),
        opts=scope.opts,
    )
    aws.ec2.FlowLog(
        f"{scope.name}-{what}",
        vpc_id=vpc.id,
        traffic_type="ALL",
        iam_role_arn=role.arn,
        log_destination=group.arn,
        max_aggregation_interval=60,
        tags=scope.tagged(what),
        opts=scope.options(depends_on=[writing]),
    )
