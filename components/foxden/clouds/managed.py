"""A control plane that a cloud runs itself, and its pools: what is to be built, and the contract of who builds it."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Optional, Protocol, cast

import pulumi

from foxden.boot.node import Node
from foxden.clouds.base import BuiltPool, cloud
from foxden.clouds.plan import Disk, Site
from foxden.errors import Problem


@dataclass(frozen=True)
class PodIdentity:
    """What pods of one service account may do at the cloud."""

    namespace: str
    service_account: str
    policy: pulumi.Input[str]
    """A permission document of the cloud."""


@dataclass(frozen=True)
class ManagedPlan:
    """A control plane that is to be asked for."""

    subject: str
    name: str
    site: Site
    parameters: str
    """Where the cluster keeps what it must know."""
    version: str
    """``1.34``. '' for the pinned one."""
    pools: tuple[str, ...] = ()
    public_from: tuple[str, ...] = ()
    """Addresses outside that may reach its API. Empty: it is reached inside the network alone."""
    administrators: Mapping[str, str] = field(default_factory=dict)
    """Name to the identity that may do everything in the cluster."""
    addons: Mapping[str, str] = field(default_factory=dict)
    """Add-on to its version, where that is other than the pinned one."""
    pod_identities: Mapping[str, PodIdentity] = field(default_factory=dict)
    log_days: int = 90
    key_deletion_days: int = 30
    protect: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ManagedPoolPlan:
    """A pool of a cluster whose control plane the cloud runs."""

    subject: str
    name: str
    cluster: str
    control_plane: pulumi.Input[str]
    """What the cloud calls the control plane, known when nodes may join."""
    site: Site
    version: str
    """Minor version of the control plane."""
    security_group: pulumi.Input[str]
    image: str
    """The release of the cloud's own image."""
    types: tuple[str, ...]
    disk: Disk
    node: Node
    processor: str
    min: int
    max: int
    desired: int
    spot: bool
    surplus: int
    """So many in a hundred are replaced at once."""
    target_groups: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    policies: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    policy_arns: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BuiltManaged:
    """A control plane that the cloud runs, and what its pools share."""

    key: pulumi.Output[str]
    servers_security_group: pulumi.Output[str]
    workers_security_group: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    """Host name of its API."""
    ready: pulumi.Output[str]
    """Its name, known when nodes may join."""
    ca: pulumi.Output[str]
    """The certificate of its API's authority, as PEM text."""


class Managed(Protocol):
    """What each module of a cloud offers that asks it for a control plane, as ``MANAGED``.

    Only what takes options creates resources.
    """

    VERSION: str
    """The pinned minor version."""
    ADDRESSES: str
    """What services inside have, as a CIDR."""

    def core_problems(self, plan: ManagedPlan) -> list[Problem]:
        """What can't be asked for."""

    def pool_problems(self, plan: ManagedPoolPlan) -> list[Problem]:
        """What a pool can't be."""

    def connection_options(
        self, plan: ManagedPlan, built: BuiltManaged, address: Optional[pulumi.Input[str]]
    ) -> Mapping[str, pulumi.Input[str]]:
        """The options of a connection; ``address`` is the URL at which the API is reached, None at its own."""

    def core(self, plan: ManagedPlan, opts: pulumi.ResourceOptions) -> BuiltManaged:
        """Ask for a control plane."""

    def pool(self, plan: ManagedPoolPlan, opts: pulumi.ResourceOptions) -> BuiltPool:
        """Ask for a pool."""


def managed_problem(name: str, scheduler: str) -> Optional[str]:
    """Say why the cloud of that name runs no control plane of that scheduler, or None."""
    able = sorted(cloud(name).managed)
    if scheduler in able:
        return None
    return f"is possible with scheduler {', '.join(able) or 'none'} there, got {scheduler!r}"


def managed(name: str, scheduler: str) -> Managed:
    """Who builds it."""
    return cast(Managed, importlib.import_module(cloud(name).managed[scheduler]).MANAGED)
