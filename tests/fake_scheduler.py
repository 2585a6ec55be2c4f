"""A whole scheduler in a few lines, added from outside: components are tested with it, apart from any real one.

``SCHEDULERS["fake"] = "tests.fake_scheduler"`` is all that makes it known (see ``tests/unit/conftest.py``).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, fields
from typing import Any

import pulumi

from foxden.clusters.services_plan import ServicesPlan
from foxden.connection import Connection, ConnectionArgs
from foxden.errors import Problem
from foxden.schedulers.base import NO_VERSIONS, Capabilities, Deployed, Environment, Manifest, Scheduler, mapped
from foxden.service.discovery import Provided, Target
from foxden.service.spec import HealthCheck, PortProtocol, ReleaseStrategy, ServiceKind, ServiceSpec

JOB = "fake:index:Job"
NAMESPACE = "fake:index:Namespace"
ROUTE = "other:index:Route"
INGRESS = "fake:index:Ingress"
SERVICE = "fake:index:ClusterService"


class _Resource(pulumi.CustomResource):
    def __init__(self, kind: str, name: str, inputs: Any, opts: pulumi.ResourceOptions) -> None:
        super().__init__(kind, name, inputs, opts)


class FakeServices:
    """See :class:`foxden.clusters.services_contract.ServicesOfClusters`: one resource for each."""

    IMAGES: Mapping[str, tuple[str, ...]] = {
        each.name: (each.name,) for each in fields(ServicesPlan) if each.default is None
    }

    def problems(self, options: Mapping[str, Any], wanted: Collection[str]) -> list[str]:
        """Its clusters have nothing by themselves."""
        return []

    def create(
        self,
        name: str,
        structure: ServicesPlan,
        plan: pulumi.Input[ServicesPlan],
        connection: pulumi.Input[Connection],
        opts: pulumi.ResourceOptions,
    ) -> pulumi.Output[list[str]]:
        """What it was told, as it is."""
        wanted = [service for service in self.IMAGES if getattr(structure, service)]
        made = [
            _Resource(
                SERVICE,
                f"{name}-{service}",
                {"plan": mapped(plan, _told(service)), "connection": mapped(connection, asdict)},
                opts,
            )
            for service in wanted
        ]
        return pulumi.Output.all(*[each.id for each in made]).apply(lambda _: wanted)


def _told(service: str) -> Callable[[ServicesPlan], Any]:
    return lambda plan: asdict(getattr(plan, service))


class FakeScheduler:
    """See :class:`foxden.schedulers.base.Scheduler`. It has two packages, as Nomad with Consul."""

    name = "fake"
    packages: tuple[str, ...] = ("fake", "other")
    capabilities = Capabilities(
        kinds=frozenset(ServiceKind) - {ServiceKind.CRON},
        strategies=frozenset({ReleaseStrategy.ROLLING, ReleaseStrategy.CANARY}),
        checks=frozenset(HealthCheck) - {HealthCheck.COMMAND},
        need_protocols=frozenset({PortProtocol.HTTP}),
        commands=False,
        cpu_limits=False,
    )
    cluster_services = FakeServices()

    def problems(self, spec: ServiceSpec, connection: ConnectionArgs) -> list[Problem]:
        """It dislikes one name, and one option."""
        problems = (
            [Problem(spec.subject, "is a name that scheduler 'fake' dislikes")] if spec.name == "disliked" else []
        )
        options = connection.get("options")
        if isinstance(options, Mapping) and "bad" in options:
            problems.append(Problem("cluster", "options.bad is what scheduler 'fake' dislikes"))
        return problems

    def render(
        self,
        spec: ServiceSpec,
        connection: Connection,
        targets: Mapping[str, Target],
        secret_versions: Mapping[str, str] = NO_VERSIONS,
    ) -> Manifest:
        """Everything, as it is."""
        return {
            "version": spec.version,
            "secret_versions": dict(secret_versions),
            "spec": {**asdict(spec), "ports": [asdict(port) for port in spec.ports]},
            "connection": asdict(connection),
            "needs": {
                need: asdict(targets[need]) | {"inside": isinstance(targets[need], Provided)} for need in spec.needs
            },
        }

    def providers(self, connection: ConnectionArgs, parent: pulumi.Resource) -> list[pulumi.ProviderResource]:
        """One for each package."""
        opts = pulumi.ResourceOptions(parent=parent)
        return [
            pulumi.ProviderResource(
                package,
                f"{parent.pulumi_resource_name}-{package}",
                {"address": connection["address"], "token": connection.get("token")},
                opts,
            )
            for package in self.packages
        ]

    def deploy(self, spec: ServiceSpec, manifest: pulumi.Input[Manifest], opts: pulumi.ResourceOptions) -> Deployed:
        """A job, and a route for each of the service's."""
        job = _Resource(JOB, spec.name, {"manifest": manifest}, opts)
        for route in spec.routes:
            _Resource(ROUTE, f"{spec.name}-{route.host}{route.path}", {}, opts)
        version = pulumi.Output.all(mapped(manifest, lambda known: known["version"]), job.id)
        return Deployed(
            version=version.apply(lambda both: str(both[0])),
            address=pulumi.Output.from_input(f"{spec.name}.fake" if spec.ports else None),
        )

    def environment(
        self, name: str, environment: Environment, opts: pulumi.ResourceOptions
    ) -> Mapping[str, pulumi.Output[str]]:
        """A namespace that holds it all. A secret's version is its length."""
        inputs = {"secrets": dict(environment.secrets), "notes": dict(environment.notes)}
        _Resource(NAMESPACE, name, inputs, opts)
        return {
            name: pulumi.Output.unsecret(pulumi.Output.from_input(value).apply(lambda known: str(len(known))))
            for name, value in environment.secrets.items()
        }

    def ingress(self, connection: pulumi.Input[Connection], opts: pulumi.ResourceOptions) -> None:
        """One job."""
        _Resource(INGRESS, "ingress", {"domain": mapped(connection, lambda known: known.domain)}, opts)


SCHEDULER: Scheduler = FakeScheduler()
