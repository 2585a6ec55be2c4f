"""The ``Network`` component: where clusters are built; and ``ExistingNetwork``, for one that was there before."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, Optional, TypedDict

import pulumi

from foxden.clouds.base import cloud
from foxden.clouds.plan import NatMode
from foxden.clusters.options import children
from foxden.clusters.read_network import read_existing_network, read_network
from foxden.errors import check


class ZoneFacts(TypedDict):
    """The subnets of one zone of a network."""

    private: pulumi.Input[str]
    """Id of the subnet for machines."""
    public: NotRequired[pulumi.Input[str]]
    """Id of the subnet for balancers that are reached from outside. Default: none."""


class NetworkFacts(TypedDict):
    """A network as clusters and balancers take it."""

    cloud: str
    """The cloud it is on: ``aws``."""
    id: pulumi.Input[str]
    """Its id on the cloud."""
    cidr: str
    """Its addresses: ``10.20.0.0/16``."""
    zones: Mapping[str, ZoneFacts]
    """Zone to its subnets: 1 to 4 zones of one region."""


class NetworkArgs(TypedDict):
    """A network that is to be built."""

    cloud: str
    """The cloud to build it on: ``aws``."""
    cidr: str
    """Its addresses, private ones: ``10.20.0.0/16``. On AWS from /16 to /21."""
    zones: Sequence[str]
    """2 to 4 zones of one region, by their full names: ``eu-central-1a``. No order; no subnet moves when one comes."""
    nat: NotRequired[NatMode]
    """How machines reach what is outside: ``none``, ``one`` or ``per-zone``. Default: ``one``."""
    endpoints: NotRequired[Sequence[str]]
    """Services of the cloud that are reached without leaving the network; each costs money by the hour. Default: all
    that nodes use."""
    flow_logs: NotRequired[bool]
    """Keep a record of who talked to whom. Default: true."""
    flow_log_days: NotRequired[int]
    """How long it is kept: 1, 3, 5, 7, 14, 30, 60, 90, 180 or 365 days. Default: 90."""
    tags: NotRequired[Mapping[str, str]]
    """Tags of everything in it, such as environment, owner and cost centre. Default: none."""
    protect: NotRequired[bool]
    """Refuse to delete it. Default: false."""


class ExistingNetworkArgs(TypedDict):
    """A network that is already there. The fields are those of :class:`foxden.NetworkFacts`."""

    cloud: str
    """The cloud it is on: ``aws``."""
    id: pulumi.Input[str]
    """Its id on the cloud: ``vpc-0123456789abcdef0``."""
    cidr: str
    """Its addresses: ``10.20.0.0/16``."""
    zones: Mapping[str, ZoneFacts]
    """Zone to its subnets: 1 to 4 zones of one region."""


class Network(pulumi.ComponentResource):
    """A network with private and public subnets in several zones, and what leads out of it.

    Bad input raises :class:`foxden.InvalidInput` before anything is registered.
    """

    id: pulumi.Output[str]
    """Its id on the cloud."""
    cidr: pulumi.Output[str]
    """Its addresses."""
    private_subnets: pulumi.Output[list[str]]
    """Ids of the subnets for machines, sorted by zone."""
    public_subnets: pulumi.Output[list[str]]
    """Ids of the subnets for balancers that are reached from outside, sorted by zone."""

    def __init__(self, name: str, args: NetworkArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        plan, problems = read_network(name, args)
        check(problems)
        super().__init__("foxden:index:Network", name, None, opts)
        built = cloud(args["cloud"]).network(plan, children(self, opts))
        zones: dict[str, ZoneFacts] = {
            zone: {"private": built.private[zone], "public": built.public[zone]} for zone in plan.zones
        }
        self._facts: NetworkFacts = {"cloud": args["cloud"], "id": built.id, "cidr": plan.cidr, "zones": zones}
        self.id, self.cidr = built.id, pulumi.Output.from_input(plan.cidr)
        self.private_subnets = pulumi.Output.all(*[built.private[zone] for zone in plan.zones])
        self.public_subnets = pulumi.Output.all(*[built.public[zone] for zone in plan.zones])
        self.register_outputs(
            {
                "id": self.id,
                "cidr": self.cidr,
                "private_subnets": self.private_subnets,
                "public_subnets": self.public_subnets,
            }
        )

    @property
    def facts(self) -> NetworkFacts:
        """What clusters and balancers take. No output: its structure is plain, and known before anything is built."""
        return self._facts


class ExistingNetwork(pulumi.ComponentResource):
    """A network that is already there: nothing of it is created, changed or taken away."""

    id: pulumi.Output[str]
    """Its id on the cloud."""
    cidr: pulumi.Output[str]
    """Its addresses."""
    private_subnets: pulumi.Output[list[str]]
    """Ids of the subnets for machines, sorted by zone."""
    public_subnets: pulumi.Output[list[str]]
    """Ids of the subnets for balancers that are reached from outside, sorted by zone."""

    def __init__(self, name: str, args: ExistingNetworkArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        site, problems = read_existing_network(name, args)
        check(problems)
        super().__init__("foxden:index:ExistingNetwork", name, None, opts)
        self._facts: NetworkFacts = {**args}
        zones = site.zones.values()
        self.id, self.cidr = pulumi.Output.from_input(args["id"]), pulumi.Output.from_input(site.cidr)
        self.private_subnets = pulumi.Output.all(*[zone.private for zone in zones])
        self.public_subnets = pulumi.Output.all(*[zone.public for zone in zones if zone.public is not None])
        self.register_outputs(
            {
                "id": self.id,
                "cidr": self.cidr,
                "private_subnets": self.private_subnets,
                "public_subnets": self.public_subnets,
            }
        )

    @property
    def facts(self) -> NetworkFacts:
        """What clusters and balancers take."""
        return self._facts
