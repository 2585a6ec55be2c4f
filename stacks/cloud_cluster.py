"""A cluster of an environment's own on a cloud, with all that is around it; or its place on another environment's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

import foxden
from local.forwards import urls
from stacks.cloud_services import machine_policies
from stacks.cloud_settings import CloudSettings
from stacks.rollout import settled
from stacks.settings import Settings

INGRESS_PORT = 8080
"""The port of the ingress on each worker; the world sees the balancer's."""


@dataclass(frozen=True)
class Servers:
    """What is other where the cloud runs the servers itself."""

    core: Callable[[CloudSettings, Mapping[foxden.BucketPurpose, foxden.Bucket]], dict[str, Any]]
    """What the core is told beside what every one is told."""
    buckets: tuple[foxden.BucketPurpose, ...]
    not_for_pools: frozenset[str] = frozenset()
    """What pools are not told."""
    called: str = "{name}"
    """As what its cloud knows the cluster, and tags the groups of its pools."""


SERVERS: Mapping[bool, Servers] = {
    False: Servers(
        lambda cloud, buckets: {
            "servers": cloud.servers,
            "image": cloud.image,
            "instance_type": cloud.instance_type,
            "software": dict(cloud.software) or None,
            "snapshots": buckets[foxden.BucketPurpose.SNAPSHOTS].bucket,
        },
        tuple(foxden.BucketPurpose),
    ),
    True: Servers(
        lambda cloud, buckets: {"managed": True},
        (foxden.BucketPurpose.ACCESS_LOGS,),
        frozenset({"ingress_port", "pull_test", "registries", "registry_credentials"}),
        "foxden-{name}",
    ),
}
"""Whether the cloud runs the servers, to what that means."""


@dataclass(frozen=True)
class Ground:
    """What the services of an environment stand on."""

    connection: foxden.ConnectionArgs
    cluster: foxden.CoreCluster | foxden.ExistingCluster
    repositories: pulumi.Output[Mapping[str, str]]
    """Service to where its images are, without tag."""
    images: pulumi.Output[Mapping[str, str]]
    """Service to its image with digest, of those that were built on the way."""
    after: list[pulumi.Resource] = field(default_factory=list)
    """What must be there before anything can run."""
    called: str = ""
    """As what its cloud knows a cluster of the environment's own."""


def own_cluster(
    settings: Settings, cloud: CloudSettings, services: list[str], provider: pulumi.ProviderResource
) -> Ground:
    """Build the cluster; its name is the environment's."""
    name, tags = settings.environment, tags_of(settings, cloud)
    opts = pulumi.ResourceOptions(providers=[provider])
    basics: dict[str, Any] = {"tags": tags, "protect": cloud.protect}
    network = foxden.Network(
        name,
        _args(
            {**basics, "cloud": cloud.cloud, "cidr": cloud.cidr, "zones": cloud.zones, "nat": cloud.nat}, cloud.network
        ),
        opts,
    )
    kind = SERVERS[cloud.managed]
    buckets = {
        purpose: foxden.Bucket(f"{name}-{purpose}", _args({**basics, "cloud": cloud.cloud, "purpose": purpose}), opts)
        for purpose in kind.buckets
    }
    core = foxden.CoreCluster(
        name,
        _args(
            {
                **basics,
                "scheduler": settings.scheduler,
                "network": network.facts,
                "pools": list(cloud.pools),
                **addresses(settings.scheduler, cloud),
                "options": {"ingress_port": str(INGRESS_PORT), "trusted_proxies": cloud.cidr},
                **kind.core(cloud, buckets),
            },
            cloud.core,
        ),
        opts,
    )
    registry = foxden.RegistryAuth(
        name, _args({**basics, "prefix": name, "repositories": services}, cloud.registry), opts
    )
    balancer = foxden.Balancer(
        name,
        _args(
            {
                **basics,
                "network": network.facts,
                "workers_security_group": core.workers_security_group,
                "domain": settings.domain,
                "ingress_port": INGRESS_PORT,
                "zone": cloud.zone,
                "logs": buckets[foxden.BucketPurpose.ACCESS_LOGS].bucket,
            }
        ),
        opts,
    )
    if cloud.names:
        zone = {"network": network.facts, "domain": f"{name}.internal", "records": cloud.names, "tags": tags}
        foxden.PrivateZone(name, _args(zone), opts)
    called = kind.called.format(name=name)
    pools = _pools(cloud, called, core, registry, balancer, tags, opts)
    pulumi.export("balancer", balancer.facts)
    pulumi.export("name_servers", balancer.name_servers)
    pulumi.export("repositories", registry.repositories)
    connection = core.connection(name, settings.domain)
    if cloud.wait:
        kinds: list[foxden.CoreCluster | foxden.WorkerPool] = [core, *pools]
        machines = [(each.template, each.template_version) for each in kinds]
        settled(name, cloud.region, machines, [connection["address"], *(pool.group for pool in pools)])
    return Ground(connection, core, registry.repositories, registry.images, [*pools], called)


def _pools(
    cloud: CloudSettings,
    called: str,
    core: foxden.CoreCluster,
    registry: foxden.RegistryAuth,
    balancer: foxden.Balancer,
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> list[foxden.WorkerPool]:
    pools = []
    for pool, own in cloud.pools.items():
        shared = {
            "cluster": core.facts,
            "image": cloud.image,
            "ingress_port": INGRESS_PORT,
            # The ingress runs where any service may.
            "target_groups": None if own.get("dedicated") else {"ingress": balancer.target_group},
            "registries": registry.hosts,
            "registry_credentials": registry.credentials,
            "policies": {**registry.policies, **machine_policies(called, cloud, pool)},
            "pull_test": cloud.pull_test,
            "tags": tags,
        }
        allowed = {key: value for key, value in shared.items() if key not in SERVERS[cloud.managed].not_for_pools}
        pools.append(foxden.WorkerPool(pool, _args(allowed, own), opts))
    return pools


def shared_cluster(settings: Settings, cloud: CloudSettings, provider: pulumi.ProviderResource) -> Ground:
    """A place on the cluster of the environment that this one inherits from; its domain is put onto the balancer."""
    opts = pulumi.ResourceOptions(providers=[provider])
    base = pulumi.StackReference(f"{pulumi.get_organization()}/{pulumi.get_project()}/{settings.base}")
    exported = foxden.shared_connection(base.require_output("connection"), settings.scheduler, settings.environment)
    connection: foxden.ConnectionArgs = {**exported, "domain": settings.domain}
    there = {key: value for key, value in connection.items() if key not in ("environment", "domain")}
    cluster = foxden.ExistingCluster(settings.base, _args(there), opts)
    facts = base.require_output("balancer")
    balancer = {key: facts[key] for key in foxden.BalancerFacts.__annotations__ if key != "cloud"}
    domain = foxden.BalancerDomain(
        settings.environment,
        _args(
            {
                "balancer": {**balancer, "cloud": cloud.cloud},
                "domain": settings.domain,
                "tags": tags_of(settings, cloud),
            }
        ),
        opts,
    )
    none: pulumi.Output[Mapping[str, str]] = pulumi.Output.from_input({})
    return Ground(connection, cluster, base.require_output("repositories"), none, [domain])


def addresses(scheduler: str, cloud: CloudSettings) -> dict[str, str]:
    """Where whoever deploys reaches the APIs, by field of a connection; not where they are open to them."""
    return {**({} if cloud.core.get("public_from") else urls(scheduler)), **cloud.api}


def tags_of(settings: Settings, cloud: CloudSettings) -> dict[str, str]:
    """What everything of an environment is tagged with."""
    return {**cloud.tags, "environment": settings.environment, **settings.notes}


def _args(shared: Mapping[str, Any], own: Mapping[str, Any] | None = None) -> Any:
    """A component's args: an environment's own choices over what the stack gives, mappings key by key."""
    joined = {key: value for key, value in shared.items() if value is not None}
    for key, value in (own or {}).items():
        both = isinstance(value, Mapping) and isinstance(joined.get(key), Mapping)
        joined[key] = {**joined[key], **value} if both else value
    return joined
