"""The ways to keep up core servers on AWS: the one table of them."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

import pulumi

from foxden.clouds.aws.scope import Scope
from foxden.clouds.plan import CorePlan
from foxden.service.reader import did_you_mean


@dataclass(frozen=True)
class Prepared:
    """What is there before the servers."""

    template: Any
    """The launch template."""
    told: pulumi.Input[str]
    """Its user-data."""
    needed: list[pulumi.Resource]
    """What must be there before a server starts: what their identity may do, the key of their secrets,
    their program."""
    target_groups: tuple[pulumi.Output[str], ...] = ()
    """ARNs of the target groups that they are put into."""


class Bootstrap(Protocol):
    """What each way offers, as ``BOOTSTRAP`` in its module."""

    replaces: bool
    """Whether a server that is no healthy member is replaced; if so, the servers are in a group."""

    def create(self, plan: CorePlan, prepared: Prepared, scope: Scope) -> pulumi.Output[str]:
        """Create the servers. What it gives is known when they are there."""


BOOTSTRAPS: dict[str, str] = {
    "asg": "foxden.clouds.aws.bootstrap_asg",
    "ec2": "foxden.clouds.aws.bootstrap_ec2",
}
"""Name to the module that has ``BOOTSTRAP``. A project may add its own before it creates components."""


def bootstrap_problem(name: str) -> str | None:
    """Say why ``name`` is none, or None."""
    known = sorted(BOOTSTRAPS)
    return None if name in known else f"must be one of {', '.join(known)}, got {name!r}{did_you_mean(name, known)}"


def bootstrap(name: str) -> Bootstrap:
    """The way of that name."""
    return cast(Bootstrap, importlib.import_module(BOOTSTRAPS[name]).BOOTSTRAP)


def zones_of_servers(zones: Mapping[str, Any], servers: int) -> dict[str, str]:
    """Each server, by what it is (``eu-central-1a-1``: the first in that zone), to its zone; spread evenly."""
    names = sorted(zones)
    rounds = [(names[place % len(names)], place // len(names) + 1) for place in range(servers)]
    return {f"{zone}-{number}": zone for zone, number in sorted(rounds)}
