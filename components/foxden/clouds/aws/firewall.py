"""Who may talk to whom: a rule for each flow of the scheduler, and nothing else lets anything in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pulumi

from foxden.boot.node import SERVERS, Flow, Role
from foxden.clouds.aws.scope import Scope

WORKERS = "workers"

GROUPS = {Role.SERVER: SERVERS, Role.WORKER: WORKERS}
"""What the group of each role is called. All pools have one: the number of rules doesn't grow with them."""

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class Way:
    """A way out of a group to anywhere: what nodes fetch and call is not here."""

    role: Role
    protocol: str
    ports: tuple[int, int] | None
    why: str

    @property
    def key(self) -> str:
        """What it is."""
        ports = f"-{self.protocol}-{self.ports[0]}" if self.ports else ""
        return f"{GROUPS[self.role]}-out{ports}"


WAYS_OUT = (
    Way(Role.SERVER, "tcp", (443, 443), "API of AWS, packages"),
    Way(Role.SERVER, "tcp", (80, 80), "packages, which are signed"),
    Way(Role.WORKER, "-1", None, "services call what they need"),
)


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


def create_groups(scope: Scope, network: pulumi.Input[str], flows: Iterable[Flow]) -> dict[Role, Any]:
    """The security groups of both roles, with their rules."""
    import pulumi_aws as aws

    groups = {
        role: aws.ec2.SecurityGroup(
            f"{scope.name}-{name}",
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
    for key, flow in openings(flows).items():
        _pair(scope, key, flow, groups)
    for way in WAYS_OUT:
        first, last = way.ports or (None, None)
        aws.vpc.SecurityGroupEgressRule(
            f"{scope.name}-{way.key}",
            security_group_id=groups[way.role].id,
            cidr_ipv4=ANYWHERE,
            ip_protocol=way.protocol,
            from_port=first,
            to_port=last,
            description=way.why,
            tags=scope.tagged(way.key),
            opts=scope.opts,
        )
    return groups


def _pair(scope: Scope, key: str, flow: Flow, groups: dict[Role, Any]) -> None:
    """The way in at the target, and the way out at a source that hasn't got one to everywhere."""
    import pulumi_aws as aws

    source, target = groups[flow.source], groups[flow.target]
    facts: dict[str, Any] = {
        "ip_protocol": flow.protocol,
        "from_port": flow.ports[0],
        "to_port": flow.ports[1],
        "description": flow.why,
        "tags": scope.tagged(key),
        "opts": scope.opts,
    }
    aws.vpc.SecurityGroupIngressRule(
        f"{scope.name}-{key}", security_group_id=target.id, referenced_security_group_id=source.id, **facts
    )
    if flow.source is Role.SERVER:
        aws.vpc.SecurityGroupEgressRule(
            f"{scope.name}-{key}", security_group_id=source.id, referenced_security_group_id=target.id, **facts
        )
