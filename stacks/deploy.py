"""What is the same in every environment: its place on the cluster, the way in, its services."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

import foxden
from foxden.naming import secret_problem
from stacks.consul import bind
from stacks.settings import Settings

PROGRAM = frozenset({"image", "command"})
"""The fields of a service that say what it runs; one of them comes from its build."""


def deploy(
    settings: Settings,
    services: Mapping[str, Mapping[str, Any]],
    secrets: Mapping[str, pulumi.Input[str]],
    connection: foxden.ConnectionArgs,
    providers: Sequence[pulumi.ProviderResource],
    after: Sequence[pulumi.Resource] = (),
) -> None:
    """Put an environment's services onto a cluster, and say where they are. ``after`` must be there before."""
    bound = bind(settings, services, connection, providers, after)
    given: Any = bound.services
    values = {**secrets, **bound.secrets}
    shared = pulumi.ResourceOptions(providers=list(providers), depends_on=list(after))
    if not settings.shares_cluster:
        foxden.Ingress("ingress", {"cluster": connection}, shared)
    environment = foxden.Environment(
        "environment", {"cluster": connection, "secrets": values, "notes": settings.notes}, shared
    )
    deployed = foxden.Services(
        "services",
        {
            "cluster": connection,
            "services": given,
            # Its own word on where services find Consul counts: whoever deploys may reach it by another address.
            "endpoints": {**bound.endpoints, **settings.endpoints},
            "secrets": list(values),
            "secret_versions": environment.secret_versions,
        },
        pulumi.ResourceOptions(providers=list(providers), depends_on=[environment, *after]),
    )
    pulumi.export("urls", deployed.urls)
    pulumi.export("versions", deployed.versions)


def secret_names(services: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The names that could be some; what is wrong with others is said when the services are read."""
    given = [service.get("secrets") for service in services.values()]
    names = [name for entry in given if isinstance(entry, Mapping) for name in entry.values()]
    return sorted({name for name in names if secret_problem(name) is None})
