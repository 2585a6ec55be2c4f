"""Environments with machines of a cloud: a cluster, and the services on it. Special-purpose ones share the cluster."""

from collections.abc import Mapping
from typing import Any

import pulumi

import foxden
from foxden.clouds.base import cloud
from foxden.clouds.references import read_reference
from foxden.errors import Problem, check
from local.forwards import pages
from stacks.cloud_cluster import Ground, addresses, own_cluster, shared_cluster
from stacks.cloud_services import cluster_services
from stacks.cloud_settings import CloudSettings
from stacks.deploy import PROGRAM, deploy, secret_names
from stacks.services import SERVICES
from stacks.settings import Settings, services_of

DIGEST = "sha256:"
"""What a version begins with that is an image's digest and not its tag."""


def compose(settings: Settings) -> None:
    """Build what the environment has of its own, and put the services onto it."""
    place = settings.cloud
    if place is None:
        raise pulumi.RunError(f"environment '{settings.environment}': cloud must be one with machines, such as aws")
    services = services_of(settings, SERVICES)
    if "services" in place.layers:
        check(_without_version(settings, place, services))
    provider = _provider(place)
    if settings.shares_cluster:
        ground = shared_cluster(settings, place, provider)
    else:
        ground = own_cluster(settings, place, list(services), provider)
    if "services" in place.layers:
        values = _secrets(settings, place, secret_names(services), ground)
        connection, cluster = ground.connection, ground.cluster
        providers = [*cluster.providers, provider]
        after = [*ground.after, *_cluster_services(settings, place, ground, providers)]
        deploy(settings, _what_runs(services, ground), values, connection, providers, after)
    pulumi.export("connection", pulumi.Output.secret(ground.connection))
    pulumi.export("dashboards", pages(settings.scheduler, addresses(settings.scheduler, place)))
    pulumi.export("connect", f"make connect STACK={_home(settings)}")


def _home(settings: Settings) -> str:
    """The environment that the cluster belongs to."""
    return settings.base if settings.shares_cluster else settings.environment


def _provider(place: CloudSettings) -> pulumi.ProviderResource:
    """The one for all resources: it works in one region, and in one account alone where that is chosen."""
    import pulumi_aws as aws

    accounts = None if place.account is None else [place.account]
    return aws.Provider("aws", region=place.region, allowed_account_ids=accounts)


def _cluster_services(
    settings: Settings, place: CloudSettings, ground: Ground, providers: list[pulumi.ProviderResource]
) -> list[pulumi.Resource]:
    """What a cluster of the environment's own runs beside services, if anything."""
    if settings.shares_cluster or not place.cluster_services:
        return []
    args: Any = {**cluster_services(ground.called, place), "cluster": ground.connection}
    opts = pulumi.ResourceOptions(providers=providers, depends_on=ground.after)
    return [foxden.ClusterServices(settings.environment, args, opts)]


def _without_version(
    settings: Settings, place: CloudSettings, services: Mapping[str, Mapping[str, Any]]
) -> list[Problem]:
    """A problem for each service of which nobody says what it runs."""
    built = place.registry.get("builds") or {}
    return [
        Problem(f"environment '{settings.environment}'", f"services.{name}.version must be given: it says which image")
        for name, service in services.items()
        if not PROGRAM & service.keys() and "version" not in service and name not in built
    ]


def _what_runs(services: Mapping[str, Mapping[str, Any]], ground: Ground) -> dict[str, Any]:
    """Each service with its image: the one that was built, else that of its version in its repository."""
    return {
        name: dict(service) if PROGRAM & service.keys() else _with_image(name, service, ground)
        for name, service in services.items()
    }


def _with_image(name: str, service: Mapping[str, Any], ground: Ground) -> dict[str, Any]:
    version = service.get("version")
    if version is None:
        return {**service, "image": ground.images.apply(lambda known: known[name])}
    mark = "@" if version.startswith(DIGEST) else ":"
    image = ground.repositories.apply(lambda known: f"{known[name]}{mark}{version}")
    # A digest is no name for a version; the first part of it is, and that is the service's own default.
    return {**{key: value for key, value in service.items() if key != "version" or mark == ":"}, "image": image}


def _secrets(
    settings: Settings, place: CloudSettings, names: list[str], ground: Ground
) -> dict[str, pulumi.Output[str]]:
    """The values that people keep in the cloud, below the environment or the one that it shares a cluster with."""
    chosen = cloud(place.cloud)
    path = f"{chosen.parameters(_home(settings))}/secrets"
    return {name: read_reference(chosen.reference(f"{path}/{name}"), ground.cluster) for name in names}
