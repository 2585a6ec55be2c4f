"""Runs services on Nomad, with Consul for discovery. docs/nomad.md says how a service becomes a job."""

from collections.abc import Mapping

import pulumi

from foxden.connection import Connection, ConnectionArgs
from foxden.errors import Problem
from foxden.schedulers.base import NO_VERSIONS, Capabilities, Deployed, Environment, Manifest
from foxden.schedulers.nomad import nodes, resources
from foxden.schedulers.nomad.manifest import render_manifest
from foxden.schedulers.nomad.problems import service_problems
from foxden.service.discovery import Target
from foxden.service.spec import PortProtocol, ServiceSpec


class NomadScheduler:
    """See :class:`foxden.schedulers.base.Scheduler`."""

    name = "nomad"
    packages = ("nomad", "consul")
    nodes = nodes
    capabilities = Capabilities(
        # A need goes through a proxy that has to understand what it passes on.
        need_protocols=frozenset({PortProtocol.HTTP, PortProtocol.GRPC}),
        # Scaling by load takes the Nomad Autoscaler, which these clusters don't run.
        autoscaling=False,
        # No driver takes a limit of its own beside what is reserved.
        cpu_limits=False,
    )

    def problems(self, spec: ServiceSpec, connection: ConnectionArgs) -> list[Problem]:
        """What Nomad or Consul would refuse, or change on the way."""
        return service_problems(spec, connection)

    def render(
        self,
        spec: ServiceSpec,
        connection: Connection,
        targets: Mapping[str, Target],
        secret_versions: Mapping[str, str] = NO_VERSIONS,
    ) -> Manifest:
        """The job, its policy and its routes. A job follows its secrets by itself."""
        return render_manifest(spec, connection, targets)

    def providers(self, connection: ConnectionArgs, parent: pulumi.Resource) -> list[pulumi.ProviderResource]:
        """One for Nomad, one for Consul."""
        return resources.create_providers(connection, parent)

    def deploy(self, spec: ServiceSpec, manifest: pulumi.Input[Manifest], opts: pulumi.ResourceOptions) -> Deployed:
        """Policy, job and routes, in this order."""
        return resources.create_service(spec, manifest, opts)

    def environment(
        self, name: str, environment: Environment, opts: pulumi.ResourceOptions
    ) -> Mapping[str, pulumi.Output[str]]:
        """A namespace, and a variable for each secret."""
        resources.create_environment(name, environment, opts)
        return {}

    def ingress(self, connection: pulumi.Input[Connection], opts: pulumi.ResourceOptions) -> None:
        """A proxy on every node."""
        resources.create_ingress(connection, opts)


SCHEDULER = NomadScheduler()
