"""Who may talk to whom: a rule for each flow of the scheduler, and nothing else lets anything in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pulumi

from foxden.boot.node import SERVERS, Flow, Role, Software
from foxden.clouds.aws.scope import Scope
from foxden.clouds.aws.waiting import after

WORKERS = "workers"

GROUPS = {Role.SERVER: SERVERS, Role.WORKER: WORKERS}
"""What the group of each role is called. All pools have one: the number of rules doesn't grow with them."""

ANYWHERE = "0.0.0.0/0"

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Way:
    """A way out of a group to anywhere: what nodes fetch and call is not here."""

    role: Role
    protocol: str
    port: int | None
    """None for every port."""
    why: str

    @property
    def key(self) -> str:
        """What it is: ``servers-out-tcp-443``."""
        return f"{GROUPS[self.role]}-out" + (f"-{self.protocol}-{self.port}" if self.port else "")


@dataclass(frozen=True)
class Opening:
    """A way from one security group to another."""

    key: str
    """What it is: ``workers-to-servers-tcp-4647``."""
    source: pulumi.Input[str]
    target: pulumi.Input[str]
    protocol: str
    ports: tuple[int, int]
    """First and last."""
    why: str
    outward: bool
    """Whether the source needs a rule, too: it has no way out to everywhere."""


def ways_out(software: Software) -> tuple[Way, ...]:
    """Where nodes go: servers only to what they are installed from and to AWS, services on workers anywhere."""
    urls = [*(binary.url for binary in software.binaries), software.apt_mirror]
    ports = {urlsplit(url).port or DEFAULT_PORTS.get(urlsplit(url).scheme, 443) for url in urls if url}
    # Debian's own mirrors speak HTTP; packages are signed.
    plain = set() if software.apt_mirror else {80}
    servers = [Way(Role.SERVER, "tcp", port, "AWS, programs and packages") for port in sorted(ports | plain | {443})]
    return (*servers, Way(Role.WORKER, "-1", None, "services call what they need"))


def key_of(flow: Flow) -> str:
    """What a flow is: ``workers-to-servers-tcp-4647``."""
    first, last = flow.ports
    ports = f"{first}" if first == last else f"{first}-{last}"
    return f"{GROUPS[flow.source]}-to-{GROUPS[flow.target]}-{flow.protocol}-{ports}"


def openings(flows: Iterable[Flow]) -> dict[str, Flow]:
    """What each flow is, to the flow, sorted; the same opening for two reasons is one."""
    found: dict[str, Flow] = {}
    for flow in flows:
        found.setdefault(key_of(flow), flow)
    return dict(sorted(found.items()))


def create_groups(
    scope: Scope, network: pulumi.Input[str], flows: Iterable[Flow], ways_out: Iterable[Way]
) -> dict[Role, pulumi.Output[str]]:
    """The ids of the security groups of both roles. What is in one waits until its rules are there."""
    import pulumi_aws as aws

    groups = {
        role: aws.ec2.SecurityGroup(
            scope.logical(name),
            name=scope.called(name),
            description=f"The {name} of one cluster",
            vpc_id=network,
            tags=scope.tagged(name),
            # A rule of somebody else's that names it would keep it from going.
            revoke_rules_on_delete=True,
            opts=scope.opts,
        )
        for role, name in GROUPS.items()
    }
    rules: list[pulumi.Resource] = []
    for key, flow in openings(flows).items():
        source, target = groups[flow.source].id, groups[flow.target].id
        outward = flow.source is Role.SERVER
        rules += opened(scope, Opening(key, source, target, flow.protocol, flow.ports, flow.why, outward))
    rules += [_way(scope, way, groups) for way in ways_out]
    return {role: after(group.id, rules) for role, group in groups.items()}


def opened(scope: Scope, opening: Opening) -> list[pulumi.Resource]:
    """The way in at the target, and the way out at a source that hasn't got one to everywhere."""
    import pulumi_aws as aws

    facts: dict[str, Any] = {
        "ip_protocol": opening.protocol,
        "from_port": opening.ports[0],
        "to_port": opening.ports[1],
        "description": opening.why,
        "tags": scope.tagged(opening.key),
        "opts": scope.opts,
    }
    source, target = opening.source, opening.target
    inward = aws.vpc.SecurityGroupIngressRule(
        scope.logical(opening.key), security_group_id=target, referenced_security_group_id=source, **facts
    )
    if not opening.outward:
        return [inward]
    outward = aws.vpc.SecurityGroupEgressRule(
        scope.logical(opening.key), security_group_id=source, referenced_security_group_id=target, **facts
    )
    return [inward, outward]


def _way(scope: Scope, way: Way, groups: Mapping[Role, Any]) -> pulumi.Resource:
    import pulumi_aws as aws

    rule: pulumi.Resource = aws.vpc.SecurityGroupEgressRule(
        scope.logical(way.key),
        security_group_id=groups[way.role].id,
        cidr_ipv4=ANYWHERE,
        ip_protocol=way.protocol,
        from_port=way.port,
        to_port=way.port,
        description=way.why,
        tags=scope.tagged(way.key),
        opts=scope.opts,
    )
    return rule
