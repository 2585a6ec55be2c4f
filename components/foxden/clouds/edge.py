"""What a cluster has around it on a cloud, checked and frozen, and the one table of who builds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Optional, Protocol, cast

import pulumi

from foxden.extras import load
from foxden.service.reader import did_you_mean


class BucketPurpose(StrEnum):
    """What a bucket is for: it decides who may write, how long things stay and how they are encrypted."""

    ACCESS_LOGS = "access-logs"
    """Who called what, written by a balancer."""
    SNAPSHOTS = "snapshots"
    """The control plane's state, written by the core servers."""


@dataclass(frozen=True)
class BucketPlan:
    """A bucket that is to be made. Durations are days."""

    name: str
    purpose: BucketPurpose
    days: int
    protect: bool
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BalancerPlan:
    """A balancer that is to be made. Durations are seconds."""

    name: str
    network: pulumi.Input[str]
    subnets: Mapping[str, pulumi.Input[str]]
    """Zone to its public subnet."""
    workers: pulumi.Input[str]
    """The security group of the workers."""
    ingress_port: int
    domain: str
    zone: Optional[pulumi.Input[str]]
    """The public zone that has the domain; None: one is made."""
    logs: Optional[pulumi.Input[str]]
    """The bucket of the access logs; None: there are none."""
    idle: int
    protect: bool
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Way:
    """What a further domain is put onto: a balancer that is there."""

    listener: pulumi.Input[str]
    zone: pulumi.Input[str]
    address: pulumi.Input[str]
    address_zone: pulumi.Input[str]


@dataclass(frozen=True)
class DomainPlan:
    """A further domain of a balancer."""

    name: str
    domain: str
    way: Way
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ZonePlan:
    """Names that are known inside a network alone."""

    name: str
    domain: str
    network: pulumi.Input[str]
    records: Mapping[str, pulumi.Input[str]]
    """Name below the domain to the name that it stands for."""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BuiltBalancer:
    """A balancer."""

    way: Way
    target_group: pulumi.Output[str]
    security_group: pulumi.Output[str]
    name_servers: pulumi.Input[list[str]]
    """Of the zone that was made; none where it was there."""


class Edge(Protocol):
    """What each cloud's module offers. All of it creates resources; ``opts`` has the parent and is for all alike."""

    def create_bucket(self, plan: BucketPlan, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
        """Create a bucket and give its name, known when all that protects it is there."""

    def create_balancer(self, plan: BalancerPlan, opts: pulumi.ResourceOptions) -> BuiltBalancer:
        """Create a balancer."""

    def create_domain(self, plan: DomainPlan, opts: pulumi.ResourceOptions) -> None:
        """Let a balancer answer for a further domain."""

    def create_zone(self, plan: ZonePlan, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
        """Create a private zone and give its id."""


EDGES = {"aws": "foxden.clouds.aws.edge"}
"""Name of a cloud to the module that is an :class:`Edge`. A project may add its own before it creates components."""


def edge_problem(name: str) -> Optional[str]:
    """Say why ``name`` is no cloud's that has these, or None."""
    known = sorted(EDGES)
    return None if name in known else f"must be one of {', '.join(known)}, got {name!r}{did_you_mean(name, known)}"


def edge(name: str) -> Edge:
    """What the cloud of that name builds; its module is imported now, not before."""
    return cast(Edge, load(EDGES[name]))
