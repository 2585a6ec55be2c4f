"""The contract of what a cloud gives, and the one table that finds those that can build."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast

import pulumi

from foxden.clouds.plan import CorePlan, NetworkPlan, PoolPlan
from foxden.connection import ConnectionArgs
from foxden.errors import Problem, check
from foxden.extras import load
from foxden.service.reader import did_you_mean


class Cluster(Protocol):
    """A cluster, whether it was built here or was there before: both are used in the same way."""

    @property
    def providers(self) -> list[pulumi.ProviderResource]:
        """The Pulumi providers for what is put onto it: hand them to components as ``ResourceOptions(providers=...)``,
        and they share them instead of starting their own."""

    def connection(self, environment: str, domain: str) -> ConnectionArgs:
        """The connection for one environment on the cluster; ``domain`` is the environment's DNS domain."""


@dataclass(frozen=True)
class BuiltNetwork:
    """A network, and the subnets of each of its zones."""

    id: pulumi.Output[str]
    private: dict[str, pulumi.Output[str]]
    public: dict[str, pulumi.Output[str]]


@dataclass(frozen=True)
class BuiltCore:
    """The core servers of a cluster, and what its pools share with them."""

    key: pulumi.Output[str]
    """The key that the cluster's secrets are encrypted with."""
    servers_security_group: pulumi.Output[str]
    workers_security_group: pulumi.Output[str]
    template: pulumi.Output[str]
    template_version: pulumi.Output[int]
    """Changes whenever the servers are replaced, and only then."""
    ready: pulumi.Output[str]
    """Known when the servers are there: the name of their group, or their own."""
    store: pulumi.Output[str]
    """The bucket that machines fetch their programs from, known when those of the plan are in it."""
    endpoint: pulumi.Input[str] = ""
    """Host name at which the servers are reached, '' where there is no such one."""


@dataclass(frozen=True)
class BuiltPool:
    """A pool of workers."""

    group: pulumi.Output[str]
    """The name of the group that keeps up their number."""
    role: pulumi.Output[str]
    """The name of the identity that they have."""
    template: pulumi.Output[str]
    template_version: pulumi.Output[int]


class Cloud(Protocol):
    """What each cloud's package offers, as ``CLOUD`` in its ``__init__``.

    The ``..._problems`` are pure. Only the methods that take options create resources, and only they may import the
    cloud's SDK; ``opts`` has the parent and is for every resource alike.
    """

    name: str
    managed: Mapping[str, str]
    """Scheduler to the module that has ``MANAGED``, of each whose control plane the cloud runs itself: see
    :class:`foxden.clouds.managed.Managed`."""

    def region(self, zones: tuple[str, ...]) -> str:
        """The region that the zones are in."""

    def zone_problems(self, zones: tuple[str, ...]) -> list[str]:
        """What keeps these from being zones of one region."""

    def parameters(self, cluster: str) -> str:
        """Where a cluster of that name keeps its secrets."""

    def key(self, cluster: str) -> str:
        """What the key of such a cluster's secrets is called."""

    def reference(self, path: str) -> str:
        """What leads to a secret at that path, in a connection."""

    def network_problems(self, plan: NetworkPlan) -> list[Problem]:
        """What this cloud can't do of a network."""

    def core_problems(self, plan: CorePlan) -> list[Problem]:
        """What this cloud can't do of core servers."""

    def pool_problems(self, plan: PoolPlan) -> list[Problem]:
        """What this cloud can't do of a pool."""

    def network(self, plan: NetworkPlan, opts: pulumi.ResourceOptions) -> BuiltNetwork:
        """Create a network."""

    def core(self, plan: CorePlan, opts: pulumi.ResourceOptions) -> BuiltCore:
        """Create core servers."""

    def pool(self, plan: PoolPlan, opts: pulumi.ResourceOptions) -> BuiltPool:
        """Create a pool."""


CLOUDS = {"aws": "foxden.clouds.aws"}
"""Name to the module that has ``CLOUD``, of each cloud that can build. A project may add its own before it creates
components."""


def cloud_problem(name: str) -> str | None:
    """Say why ``name`` is no cloud's that can build, or None."""
    known = sorted(CLOUDS)
    return None if name in known else f"must be one of {', '.join(known)}, got {name!r}{did_you_mean(name, known)}"


def cloud(name: str) -> Cloud:
    """The cloud of that name; its module is imported now, not before."""
    wrong = cloud_problem(name)
    check([Problem("network", f"cloud {wrong}")] if wrong else [])
    return cast(Cloud, load(CLOUDS[name]).CLOUD)
