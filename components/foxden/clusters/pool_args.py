"""What users say of a pool of workers."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from foxden.clusters.core_args import CoreFacts
from foxden.clusters.machine_args import DiskArgs, SoftwareArgs


class OnDemandArgs(TypedDict):
    """Which part of a pool is not spot."""

    base: NotRequired[int]
    """So many of the first machines are on demand. Default: 0."""
    percent: NotRequired[int]
    """So many in a hundred of the others are on demand, 0 to 100. Default: 100."""


class ScalingArgs(TypedDict):
    """What the size of a pool follows."""

    cpu_percent: int
    """The average use of the machines' processors to aim at, 10 to 90."""


class ScheduleArgs(TypedDict):
    """Sizes that hold from a time on. At least one is given; the others stay as they are."""

    cron: str
    """When: a cron line of five fields."""
    timezone: NotRequired[str]
    """IANA name of the line's time zone. Default: ``UTC``."""
    min: NotRequired[int]
    """The fewest machines."""
    max: NotRequired[int]
    """The most machines."""
    desired: NotRequired[int]
    """How many there are to be now."""


class WarmPoolArgs(TypedDict):
    """Machines that are prepared and stopped, so that they come to work sooner. One instance type, no spot."""

    min: NotRequired[int]
    """The fewest that are prepared, 0 to 1000. Default: 0."""
    max: NotRequired[int]
    """The most, prepared and running ones together. Default: the pool's ``max``."""


class RefreshArgs(TypedDict):
    """How the machines are replaced when what they are made of changes. Each is drained before it goes."""

    surplus: NotRequired[int]
    """So many in a hundred are started before as many go, 1 to 100; at least one machine. Default: 20."""
    checkpoints: NotRequired[Sequence[int]]
    """Percentages of replaced machines at which it pauses, rising, 100 at the end. Default: none."""
    pause: NotRequired[int]
    """Seconds that it pauses, 60 to 172800. Default: 600."""
    alarms: NotRequired[Sequence[str]]
    """Names of alarms that stop it and turn it back. Default: none."""


class WorkerPoolArgs(TypedDict):
    """A pool of workers: machines of one kind that run services. The component's name is the pool's."""

    cluster: CoreFacts
    """The cluster that they join: ``facts`` of a :class:`foxden.CoreCluster` that has the pool among its ``pools``."""
    image: str
    """Id of the machine image, an Ubuntu LTS: pinned, so that it changes on purpose only. Where the cloud runs the
    servers, the release of its own image: ``1.34.1-20250920``. Where the cloud runs
    the servers, the release of its own image: ``1.34.1-20250920``."""
    instance_types: NotRequired[Sequence[str]]
    """Kinds of machines, the preferred one first; several make spot machines easier to get. Default on AWS:
    ``t3.small``."""
    min: NotRequired[int]
    """The fewest machines, 0 to 1000. Default: 1."""
    max: NotRequired[int]
    """The most machines, ``min`` to 1000. Default: ``min``, or 1."""
    desired: NotRequired[int]
    """How many there are at the beginning, ``min`` to ``max``; later changes from outside are not fought. Default:
    ``min``."""
    on_demand: NotRequired[OnDemandArgs]
    """Which part is not spot. Default: all."""
    node_class: NotRequired[str]
    """What services may be placed by. Default: the pool's name."""
    meta: NotRequired[Mapping[str, str]]
    """Free facts about the machines, that services may be placed by: names of up to 58 letters, digits and ``._-``.
    With Kubernetes values are labels, as ``node_class`` is: up to 63 of the same. Default: none."""
    dedicated: NotRequired[bool]
    """Only services that ask for this pool run there. Default: false."""
    disk: NotRequired[DiskArgs]
    """The disk of each machine. Default: see its fields."""
    target_groups: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Where balancers find the machines: name to the id of a target group. Default: none."""
    ingress_port: NotRequired[int]
    """The port of the ingress on each machine. Default: 8080."""
    registries: NotRequired[pulumi.Input[Sequence[str]]]
    """Hosts of registries that images are pulled from with the machine's own identity. Default: none."""
    registry_credentials: NotRequired[pulumi.Input[Sequence[str]]]
    """Hosts of registries whose credential is kept among the cluster's secrets. Default: none."""
    pull_test: NotRequired[pulumi.Input[str]]
    """An image that a machine must be able to pull before it takes work. Default: none."""
    scaling: NotRequired[ScalingArgs]
    """What the size follows. Default: nothing."""
    schedules: NotRequired[Mapping[str, ScheduleArgs]]
    """Sizes by the clock, by name. Default: none."""
    warm_pool: NotRequired[WarmPoolArgs]
    """Machines that are prepared. Default: none."""
    refresh: NotRequired[RefreshArgs]
    """How machines are replaced. Default: see its fields."""
    max_lifetime_days: NotRequired[int]
    """Days after which a machine is replaced, 1 to 365. Default: never."""
    join_deadline: NotRequired[int]
    """Seconds that a new machine has to become ready, 120 to 7200; then another one is tried. Default: 600."""
    drain_deadline: NotRequired[int]
    """Seconds that services have to move when their machine goes, 30 to 3600. Default: 300."""
    software: NotRequired[SoftwareArgs]
    """What they are installed with. Default: as the cluster's servers."""
    policies: NotRequired[Mapping[str, pulumi.Input[str]]]
    """More that they may do: name to a permission document of the cloud (an IAM policy as JSON). Default: none."""
    policy_arns: NotRequired[Mapping[str, pulumi.Input[str]]]
    """The same, kept elsewhere: name to its id (on AWS the ARN of an IAM policy). Default: none."""
    tags: NotRequired[Mapping[str, str]]
    """Tags of everything, such as environment, owner and cost centre. A change replaces no machine. Default: none."""
