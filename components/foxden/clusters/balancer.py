"""The ``Balancer`` component: the way from the world to the workers' ingress; ``BalancerDomain``, for more names."""

from collections.abc import Mapping
from typing import NotRequired, Optional, TypedDict

import pulumi

from foxden.clouds.edge import edge
from foxden.clusters.network import NetworkFacts
from foxden.clusters.options import children
from foxden.clusters.read_edge import read_balancer, read_domain
from foxden.errors import check


class BalancerFacts(TypedDict):
    """A balancer as further domains take it; it crosses stack and project borders."""

    cloud: str
    """The cloud it is on: ``aws``."""
    listener: pulumi.Input[str]
    """Where it takes requests over TLS: an ARN on AWS."""
    zone: pulumi.Input[str]
    """The public zone that has its domain and those below."""
    address: pulumi.Input[str]
    """Its own name, that others stand for."""
    address_zone: pulumi.Input[str]
    """The zone that has its own name."""


class BalancerArgs(TypedDict):
    """A balancer, and where it leads."""

    network: NetworkFacts
    """The network: ``facts`` of one. It takes a public subnet in each of two zones at least."""
    workers_security_group: pulumi.Input[str]
    """The security group of the workers; the one rule that lets the balancer in is added to it."""
    domain: str
    """The DNS domain that it answers for, with all hosts in it: ``dev.foxden.example``."""
    ingress_port: NotRequired[int]
    """The port of the ingress on each worker, 1 to 65535. Default: 8080."""
    zone: NotRequired[pulumi.Input[str]]
    """Id of the public zone that has the domain. Default: one is made, and ``name_servers`` says what the domain above
    must name before the certificate can be had."""
    logs: NotRequired[pulumi.Input[str]]
    """The bucket that gets the access logs. Default: none are kept."""
    idle: NotRequired[int]
    """Seconds after which a connection that says nothing is closed, 1 to 4000. Default: 60."""
    protect: NotRequired[bool]
    """Refuse to delete it. Default: true."""
    tags: NotRequired[Mapping[str, str]]
    """Tags, such as environment, owner and cost centre. Default: none."""


class Balancer(pulumi.ComponentResource):
    """Takes requests over TLS, with a certificate that renews itself, and passes them to workers that are well.

    Requests without TLS are sent to where there is. Nothing else is open to the world.
    """

    target_group: pulumi.Output[str]
    """What workers are put into to get requests: for ``target_groups`` of a pool."""
    security_group: pulumi.Output[str]
    """Its security group."""
    address: pulumi.Output[str]
    """Its own name, that the domain's stand for."""
    zone: pulumi.Output[str]
    """Id of the public zone that has its domain."""
    name_servers: pulumi.Output[list[str]]
    """Of the zone that was made; none where it was there."""

    def __init__(self, name: str, args: BalancerArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        plan, chosen, problems = read_balancer(name, args, BalancerArgs)
        check(problems)
        super().__init__("foxden:index:Balancer", name, None, opts)
        built = edge(chosen).create_balancer(plan, children(self, opts))
        way = built.way
        self._facts: BalancerFacts = {
            "cloud": chosen,
            "listener": way.listener,
            "zone": way.zone,
            "address": way.address,
            "address_zone": way.address_zone,
        }
        self.target_group, self.security_group = built.target_group, built.security_group
        self.address, self.zone = pulumi.Output.from_input(way.address), pulumi.Output.from_input(way.zone)
        self.name_servers = pulumi.Output.from_input(built.name_servers)
        self.register_outputs(
            {
                "target_group": self.target_group,
                "security_group": self.security_group,
                "address": self.address,
                "zone": self.zone,
                "name_servers": self.name_servers,
            }
        )

    @property
    def facts(self) -> BalancerFacts:
        """What further domains take. No output: its structure is plain, and known before anything is built."""
        return self._facts


class BalancerDomainArgs(TypedDict):
    """A further domain of a balancer."""

    balancer: BalancerFacts
    """The balancer: ``facts`` of one."""
    domain: str
    """The DNS domain, below the balancer's own: ``demo.dev.foxden.example``."""
    tags: NotRequired[Mapping[str, str]]
    """Tags, such as environment, owner and cost centre. Default: none."""


class BalancerDomain(pulumi.ComponentResource):
    """Lets a balancer answer for a further domain with all hosts in it, such as that of another environment."""

    domain: pulumi.Output[str]
    """The domain."""

    def __init__(self, name: str, args: BalancerDomainArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        plan, chosen, problems = read_domain(name, args, BalancerDomainArgs)
        check(problems)
        super().__init__("foxden:index:BalancerDomain", name, None, opts)
        edge(chosen).create_domain(plan, children(self, opts))
        self.domain = pulumi.Output.from_input(plan.domain)
        self.register_outputs({"domain": self.domain})
