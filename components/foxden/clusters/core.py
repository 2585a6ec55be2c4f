"""The ``CoreCluster`` component: the control plane of a cluster, on machines of its own."""

from typing import Optional, cast

import pulumi

from foxden.clusters.core_args import CoreClusterArgs, CoreFacts
from foxden.clusters.core_kinds import kind_of
from foxden.clusters.options import children
from foxden.connection import ConnectionArgs
from foxden.errors import Problem, check
from foxden.schedulers.base import scheduler


class CoreCluster(pulumi.ComponentResource):
    """The core servers of a cluster, which bring themselves up, keep their number, and roll one by one.

    Nothing secret is in their description: they make their secrets themselves. Bad input raises
    :class:`foxden.InvalidInput` before anything is registered.
    """

    key: pulumi.Output[str]
    """The key that the cluster's secrets are encrypted with: on AWS the ARN of a KMS key."""
    parameters: pulumi.Output[str]
    """Where the cluster keeps its secrets: on AWS a path in SSM's Parameter Store."""
    servers_security_group: pulumi.Output[str]
    """Id of the servers' security group."""
    workers_security_group: pulumi.Output[str]
    """Id of the security group of all its workers."""
    endpoint: pulumi.Output[str]
    """Host name at which the servers' API is reached inside the network. '' with a scheduler that needs none."""
    template: pulumi.Output[str]
    """Id of the servers' launch template. '' where the cloud runs them."""
    template_version: pulumi.Output[int]
    """The version of it that they are made of. It changes when they are to be replaced, and only then."""

    def __init__(self, name: str, args: CoreClusterArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        kind = kind_of(args)
        plan, problems = kind.read(name, args)
        check(problems)
        super().__init__("foxden:index:CoreCluster", name, None, opts)
        self._args = args
        self._made = kind.create(plan, args, children(self, opts))
        self._own_providers: Optional[list[pulumi.ProviderResource]] = None
        for key in CoreCluster.__annotations__:
            setattr(self, key, pulumi.Output.from_input(self._made.outputs[key]))
        self.register_outputs({key: getattr(self, key) for key in CoreCluster.__annotations__})

    @property
    def facts(self) -> CoreFacts:
        """What the cluster's pools take. No output: its structure is plain, and known before anything is built."""
        return self._made.facts

    @property
    def providers(self) -> list[pulumi.ProviderResource]:
        """The Pulumi providers for what is put onto it; see :attr:`foxden.clouds.base.Cluster.providers`."""
        if self._own_providers is None:
            chosen = scheduler(self._args["scheduler"])
            self._own_providers = chosen.providers(self.connection("default", ""), self)
        return list(self._own_providers)

    def connection(self, environment: str, domain: str) -> ConnectionArgs:
        """The connection for one environment; see :meth:`foxden.clouds.base.Cluster.connection`.

        It says where credentials are kept, not what they are, and is known when the servers are there.
        """
        subject = f"cluster '{self.pulumi_resource_name}'"
        missing = [key for key in self._made.needed if self._args.get(key) is None]
        check(Problem(subject, f"{key} must be given: without it nobody can be connected") for key in missing)
        given = {"address": self._args.get("address"), "discovery_address": self._args.get("discovery_address")}
        fields = {**self._made.connection, **{key: value for key, value in given.items() if value is not None}}
        found = {
            "scheduler": self._args["scheduler"],
            "environment": environment,
            "domain": domain,
            **{key: self._when_ready(value) for key, value in fields.items()},
        }
        return cast(ConnectionArgs, {**found, "options": {**self._made.options, **(self._args.get("options") or {})}})

    def _when_ready(self, value: pulumi.Input[str]) -> pulumi.Output[str]:
        both: pulumi.Output[list[str]] = pulumi.Output.all(value, self._made.ready)
        return both.apply(lambda known: known[0])
