"""The ``CoreCluster`` component: the control plane of a cluster, on machines of its own."""

from typing import Optional, cast

import pulumi

from foxden.clouds.base import cloud
from foxden.clusters.core_args import CoreClusterArgs, CoreFacts
from foxden.clusters.options import children
from foxden.clusters.read_core import read_core
from foxden.connection import ConnectionArgs
from foxden.errors import Problem, check
from foxden.schedulers.base import nodes, scheduler


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
    """Id of the servers' launch template."""
    template_version: pulumi.Output[int]
    """The version of it that they are made of. It changes when they are to be replaced, and only then."""

    def __init__(self, name: str, args: CoreClusterArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        plan, problems = read_core(name, args)
        check(problems)
        super().__init__("foxden:index:CoreCluster", name, None, opts)
        built = cloud(plan.site.cloud).core(plan, children(self, opts))
        self._args, self._ready = args, built.ready
        node = plan.machines.node
        self._facts: CoreFacts = {
            "cluster": name,
            "scheduler": args["scheduler"],
            "network": args["network"],
            "pools": list(plan.pools),
            "key": built.key,
            "workers_security_group": built.workers_security_group,
            "store": {"bucket": built.store, "programs": [each.checksum for each in plan.programs]},
            "certificate_hours": node.certificate_hours,
            "follow_within": node.follow_within,
        }
        if args.get("software"):
            self._facts["software"] = args["software"]
        if plan.endpoint:
            self._facts["endpoint"] = built.endpoint
        if plan.version:
            self._facts["version"] = plan.version
        self._parameters = node.parameters
        self._own_providers: Optional[list[pulumi.ProviderResource]] = None
        self.key, self.parameters = built.key, pulumi.Output.from_input(node.parameters)
        self.servers_security_group = built.servers_security_group
        self.workers_security_group = built.workers_security_group
        self.endpoint = pulumi.Output.from_input(built.endpoint)
        self.template, self.template_version = built.template, built.template_version
        self.register_outputs({key: getattr(self, key) for key in CoreCluster.__annotations__})

    @property
    def facts(self) -> CoreFacts:
        """What the cluster's pools take. No output: its structure is plain, and known before anything is built."""
        return self._facts

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
        subject = f"cluster '{self._facts['cluster']}'"
        place, chosen = cloud(self._args["network"]["cloud"]), nodes(self._args["scheduler"])
        needed = ["address", *(["discovery_address"] if "discovery_token" in chosen.KEPT else [])]
        missing = [key for key in needed if self._args.get(key) is None]
        check(Problem(subject, f"{key} must be given: without it nobody can be connected") for key in missing)
        given = {"address": self._args.get("address"), "discovery_address": self._args.get("discovery_address")}
        addresses = {key: self._when_ready(value) for key, value in given.items() if value is not None}
        kept = {
            f"{field}_reference": self._when_ready(place.reference(f"{self._parameters}/{path}"))
            for field, path in chosen.KEPT.items()
        }
        found = {
            "scheduler": self._args["scheduler"],
            "environment": environment,
            "domain": domain,
            **addresses,
            **kept,
        }
        options = {**chosen.connection_options(self._facts["cluster"]), **(self._args.get("options") or {})}
        return cast(ConnectionArgs, {**found, "options": options})

    def _when_ready(self, value: pulumi.Input[str]) -> pulumi.Output[str]:
        both: pulumi.Output[list[str]] = pulumi.Output.all(value, self._ready)
        return both.apply(lambda known: known[0])
