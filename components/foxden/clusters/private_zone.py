"""The ``PrivateZone`` component: names that are known inside a network alone."""

from collections.abc import Mapping
from typing import NotRequired, Optional, TypedDict

import pulumi

from foxden.clouds.edge import edge
from foxden.clusters.network import NetworkFacts
from foxden.clusters.options import children
from foxden.clusters.read_edge import read_zone
from foxden.errors import check


class PrivateZoneArgs(TypedDict):
    """A zone of names, and the network that knows it."""

    network: NetworkFacts
    """The network: ``facts`` of one."""
    domain: str
    """What the names end with: ``dev.foxden.internal``."""
    records: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Name below the domain (``db``) to the host name that it stands for. Default: none."""
    tags: NotRequired[Mapping[str, str]]
    """Tags, such as environment, owner and cost centre. Default: none."""


class PrivateZone(pulumi.ComponentResource):
    """Names for what machines inside a network talk to, such as a database, whoever it is today."""

    zone: pulumi.Output[str]
    """Its id on the cloud."""

    def __init__(self, name: str, args: PrivateZoneArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        plan, chosen, problems = read_zone(name, args, PrivateZoneArgs)
        check(problems)
        super().__init__("foxden:index:PrivateZone", name, None, opts)
        self.zone = edge(chosen).create_zone(plan, children(self, opts))
        self.register_outputs({"zone": self.zone})
