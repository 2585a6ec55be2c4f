"""Runs services on Kubernetes. docs/kubernetes.md says how a service becomes objects."""

from collections.abc import Mapping

import pulumi

from foxden.connection import Connection, ConnectionArgs
from foxden.errors import Problem
from foxden.schedulers.base import NO_VERSIONS, Capabilities, Deployed, Environment, Manifest
from foxden.schedulers.kubernetes import nodes, resources
from foxden.schedulers.kubernetes.addons import resources as cluster_services
from foxden.schedulers.kubernetes.manifest import render_manifest
from foxden.schedulers.kubernetes.problems import service_problems
from foxden.service.discovery import Target
from foxden.service.spec import ServiceSpec


class KubernetesScheduler:
    """See :class:`foxden.schedulers.base.Scheduler`."""

    name = "kubernetes"
    packages: tuple[str, ...] = ("kubernetes",)
    nodes = nodes
    capabilities = Capabilities(
        # A pod is made of images; there is no program of the node to run in it.
        commands=False,
    )
    cluster_services = cluster_services

    def problems(self, spec: ServiceSpec, connection: ConnectionArgs) -> list[Problem]:
        """What Kubernetes would refuse, or read in another way."""
        return service_problems(spec, connection)

    def render(
        self,
        spec: ServiceSpec,
        connection: Connection,
        targets: Mapping[str, Target],
        secret_versions: Mapping[str, str] = NO_VERSIONS,
    ) -> Manifest:
        """All objects of a service, as the API takes them."""
        return render_manifest(spec, connection, targets, secret_versions)

    def providers(self, connection: ConnectionArgs, parent: pulumi.Resource) -> list[pulumi.ProviderResource]:
        """One for the cluster."""
        return resources.create_providers(connection, parent)

    def deploy(self, spec: ServiceSpec, manifest: pulumi.Input[Manifest], opts: pulumi.ResourceOptions) -> Deployed:
        """Every object; the instances before what makes them known."""
        return resources.create_service(spec, manifest, opts)

    def environment(
        self, name: str, environment: Environment, opts: pulumi.ResourceOptions
    ) -> Mapping[str, pulumi.Output[str]]:
        """A namespace with its rules, and objects for each secret."""
        return resources.create_environment(name, environment, opts)

    def ingress(self, connection: pulumi.Input[Connection], opts: pulumi.ResourceOptions) -> None:
        """A proxy on every node."""
        resources.create_ingress(connection, opts)


SCHEDULER = KubernetesScheduler()
