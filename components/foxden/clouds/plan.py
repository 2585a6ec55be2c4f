"""What is to be built, checked and frozen: what a cloud is told (pure). Durations are seconds, disks are GiB."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Optional

import pulumi

from foxden.boot.node import Endpoint, Flow, Node, Secrets, Software
from foxden.boot.program import Program


class NatMode(StrEnum):
    """How private subnets reach what is outside."""

    NONE = "none"
    """Not at all: only the endpoints of the cloud's own services."""
    ONE = "one"
    """Through one gateway: cheap, and lost with its zone."""
    PER_ZONE = "per-zone"
    """Through a gateway in each zone."""


@dataclass(frozen=True)
class NetworkPlan:
    """A network that is to be built."""

    subject: str
    name: str
    cidr: str
    zones: tuple[str, ...]
    """Sorted."""
    nat: NatMode = NatMode.ONE
    endpoints: Optional[tuple[str, ...]] = None
    """The cloud's services that are reached without leaving the network. None: what nodes need."""
    flow_logs: bool = True
    flow_log_days: int = 90
    tags: Mapping[str, str] = field(default_factory=dict)
    protect: bool = False


@dataclass(frozen=True)
class Zone:
    """The subnets of one zone."""

    private: pulumi.Input[str]
    public: Optional[pulumi.Input[str]] = None


@dataclass(frozen=True)
class Site:
    """The network that something is built in."""

    cloud: str
    region: str
    id: pulumi.Input[str]
    cidr: str
    zones: Mapping[str, Zone]
    """Sorted by name."""


@dataclass(frozen=True)
class Disk:
    """The disk of a machine; it is always encrypted."""

    size: int = 30
    iops: int = 3000
    throughput: int = 125
    """MiB a second."""
    device: Optional[str] = None
    """What the image calls its root device. None: as the cloud's usual images do."""


@dataclass(frozen=True)
class Machines:
    """What all machines of one kind have in common."""

    image: str
    types: tuple[str, ...]
    """Instance types, the preferred one first. Empty: the cloud's own choice."""
    disk: Disk
    node: Node
    software: Software
    program: Program
    """What a machine fetches when it starts, out of the cluster's bucket."""
    user_data: Callable[[pulumi.Input[str], pulumi.Input[str]], pulumi.Input[str]]
    """What a machine is told when it starts, as base64, of the name of that bucket and of the host name of the servers'
    endpoint, '' where there is none."""
    secrets: Secrets
    policies: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Name to a permission document, beyond what a node needs by itself."""
    policy_arns: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Name to a permission that is kept elsewhere."""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CorePlan:
    """The core servers that are to be built."""

    subject: str
    name: str
    site: Site
    servers: int
    bootstrap: str
    machines: Machines
    flows: tuple[Flow, ...]
    """Who may talk to whom."""
    programs: tuple[Program, ...]
    """What its machines fetch when they start, servers and workers."""
    pools: tuple[str, ...] = ()
    """Sorted names of the pools that may join."""
    join_deadline: int = 900
    """How long a new server has to become a healthy member."""
    key_deletion_days: int = 30
    protect: bool = True
    snapshots: Optional[pulumi.Input[str]] = None
    """The bucket that the servers put snapshots into."""
    endpoint: Optional[Endpoint] = None
    """What the servers are reached by at one address. None: nobody needs one."""
    version: Optional[str] = None
    """The version that must rise one minor at a time. None: none must."""


@dataclass(frozen=True)
class OnDemand:
    """Which part of a pool is not spot."""

    base: int = 0
    """So many of the first machines."""
    percent: int = 100
    """So many in a hundred of the others."""


@dataclass(frozen=True)
class Schedule:
    """Bounds that hold from a time on."""

    cron: str
    timezone: str
    min: Optional[int]
    max: Optional[int]
    desired: Optional[int]


@dataclass(frozen=True)
class Refresh:
    """How the machines of a pool are replaced when what they are made of changes."""

    checkpoints: tuple[int, ...] = ()
    """Percentages at which it pauses."""
    pause: int = 600
    alarms: tuple[str, ...] = ()
    """Names of alarms that stop it and turn it back."""
    surplus: int = 20
    """So many in a hundred are started before as many are stopped."""


@dataclass(frozen=True)
class WarmPool:
    """Machines that are prepared and stopped."""

    min: int = 0
    max: Optional[int] = None
    """Of prepared and running ones together. None: the pool's max."""


@dataclass(frozen=True)
class Store:
    """The bucket that the machines of a cluster fetch their programs from."""

    bucket: pulumi.Input[str]
    programs: tuple[str, ...]
    """SHA-256 of those that are in it already."""


@dataclass(frozen=True)
class PoolPlan:
    """A pool of workers that is to be built."""

    subject: str
    name: str
    cluster: str
    site: Site
    key: pulumi.Input[str]
    security_group: pulumi.Input[str]
    store: Store
    machines: Machines
    min: int
    max: int
    desired: Optional[int] = None
    on_demand: OnDemand = OnDemand()
    cpu_percent: Optional[int] = None
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    warm_pool: Optional[WarmPool] = None
    refresh: Refresh = Refresh()
    max_lifetime: int = 0
    """0 for no end."""
    join_deadline: int = 600
    target_groups: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    endpoint: pulumi.Input[str] = ""
    """Host name at which the servers are reached. '' where there is none."""
    group_tags: Mapping[str, str] = field(default_factory=dict)
    """Tags of the group alone, for what scales it from inside the cluster."""
