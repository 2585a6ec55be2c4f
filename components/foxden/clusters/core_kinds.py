"""The ways to have core servers: machines of one's own, or such as the cloud runs. The one table of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

import pulumi

from foxden.clouds.base import cloud
from foxden.clouds.managed import ManagedPlan, managed
from foxden.clouds.plan import CorePlan
from foxden.clusters.core_args import CoreClusterArgs, CoreFacts
from foxden.clusters.read_core import read_core
from foxden.clusters.read_managed import read_managed
from foxden.errors import Problem
from foxden.schedulers.base import nodes


@dataclass(frozen=True)
class Made:
    """A core, whoever runs it."""

    outputs: Mapping[str, pulumi.Input[Any]]
    """What the component shows."""
    facts: CoreFacts
    ready: pulumi.Output[str]
    """Known when it is there."""
    needed: tuple[str, ...]
    """Fields of its args without which nobody can be connected."""
    connection: Mapping[str, pulumi.Input[str]]
    """Fields of a connection, beside those of its args."""
    options: Mapping[str, pulumi.Input[str]]
    """Options of a connection, beside those of its args."""


class CoreKind(Protocol):
    """A way to have them."""

    def read(self, name: str, args: CoreClusterArgs) -> tuple[Any, list[Problem]]:
        """What is to be there, with all that is wrong."""

    def create(self, plan: Any, args: CoreClusterArgs, opts: pulumi.ResourceOptions) -> Made:
        """Create it."""


class OwnCore:
    """Servers of one's own."""

    def read(self, name: str, args: CoreClusterArgs) -> tuple[CorePlan, list[Problem]]:
        """See :class:`CoreKind`."""
        return read_core(name, args)

    def create(self, plan: CorePlan, args: CoreClusterArgs, opts: pulumi.ResourceOptions) -> Made:
        """See :class:`CoreKind`."""
        place, chosen = cloud(plan.site.cloud), nodes(args["scheduler"])
        built, node = place.core(plan, opts), plan.machines.node
        facts = _facts(plan.name, args, plan.pools, built.key, built.workers_security_group)
        facts["store"] = {"bucket": built.store, "programs": [each.checksum for each in plan.programs]}
        facts["certificate_hours"], facts["follow_within"] = node.certificate_hours, node.follow_within
        if args.get("software"):
            facts["software"] = args["software"]
        if plan.endpoint:
            facts["endpoint"] = built.endpoint
        if plan.version:
            facts["version"] = plan.version
        kept = {f"{field}_reference": f"{node.parameters}/{path}" for field, path in chosen.KEPT.items()}
        return Made(
            outputs={
                "key": built.key,
                "parameters": node.parameters,
                "servers_security_group": built.servers_security_group,
                "workers_security_group": built.workers_security_group,
                "endpoint": built.endpoint,
                "template": built.template,
                "template_version": built.template_version,
            },
            facts=facts,
            ready=built.ready,
            needed=("address", *(["discovery_address"] if "discovery_token" in chosen.KEPT else [])),
            connection={field: place.reference(path) for field, path in kept.items()},
            options=chosen.connection_options(plan.name),
        )


class ManagedCore:
    """Servers that the cloud runs."""

    def read(self, name: str, args: CoreClusterArgs) -> tuple[ManagedPlan, list[Problem]]:
        """See :class:`CoreKind`."""
        return read_managed(name, args)

    def create(self, plan: ManagedPlan, args: CoreClusterArgs, opts: pulumi.ResourceOptions) -> Made:
        """See :class:`CoreKind`."""
        chosen = managed(plan.site.cloud, args["scheduler"])
        built = chosen.core(plan, opts)
        facts = _facts(plan.name, args, plan.pools, built.key, built.workers_security_group)
        facts["control_plane"], facts["endpoint"], facts["version"] = built.ready, built.endpoint, plan.version
        address = args.get("address")
        own = {} if address is not None else {"address": pulumi.Output.concat("https://", built.endpoint)}
        return Made(
            outputs={
                "key": built.key,
                "parameters": plan.parameters,
                "servers_security_group": built.servers_security_group,
                "workers_security_group": built.workers_security_group,
                "endpoint": built.endpoint,
                "template": "",
                "template_version": 0,
            },
            facts=facts,
            ready=built.ready,
            needed=(),
            connection={**own, "ca": built.ca},
            options=chosen.connection_options(plan, built, address),
        )


KINDS: Mapping[bool, CoreKind] = {False: OwnCore(), True: ManagedCore()}
"""Whether the cloud runs the servers, to how."""


def kind_of(args: CoreClusterArgs) -> CoreKind:
    """The way that is asked for."""
    return KINDS[cast(Any, args).get("managed") is True if isinstance(args, Mapping) else False]


def _facts(
    name: str,
    args: CoreClusterArgs,
    pools: tuple[str, ...],
    key: pulumi.Output[str],
    workers: pulumi.Output[str],
) -> CoreFacts:
    return {
        "cluster": name,
        "scheduler": args["scheduler"],
        "network": args["network"],
        "pools": list(pools),
        "key": key,
        "workers_security_group": workers,
    }
