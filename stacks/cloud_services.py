"""What a cluster runs beside services, and what its machines may ask of Amazon for that (pure)."""

from collections.abc import Iterator, Mapping
from typing import Any

import foxden
from stacks.cloud_settings import CloudSettings

_EVERYWHERE = ("logging",)
"""What asks Amazon from every machine; all else works on those of its ``pool``."""


def cluster_services(name: str, cloud: CloudSettings) -> dict[str, Any]:
    """The args of :class:`foxden.ClusterServices` but the connection. ``name``: as what its cloud knows the cluster."""
    return {"name": name, "region": cloud.region, **cloud.cluster_services}


def machine_policies(name: str, cloud: CloudSettings, pool: str) -> dict[str, str]:
    """What machines of a pool must be allowed for the cluster services that may run there: name to an IAM policy.

    The zones of ``external_dns`` are those that its file names: with ``zone``, and below ``certificates``.
    """
    given = cluster_services(name, cloud)
    there = list(_running_on(pool, cloud))
    zones = [*([cloud.zone] if cloud.zone else []), *_of(given, "certificates", "zones", {}).values()]
    return foxden.cluster_service_policies(
        given["name"],
        there,
        zones,
        _of(given, "logging", "cloudwatch_group", ""),
        _of(given, "ebs_csi", "key", ""),
    )


def _running_on(pool: str, cloud: CloudSettings) -> Iterator[str]:
    """What a pool's machines may be asked to run. What is no cluster service is told by the component."""
    for service, chosen in cloud.cluster_services.items():
        if not isinstance(chosen, Mapping) or service not in foxden.ClusterServicesArgs.__annotations__:
            continue
        anywhere = "pool" not in chosen and not cloud.pools[pool].get("dedicated")
        if service in _EVERYWHERE or chosen.get("pool") == pool or anywhere:
            yield service


def _of(given: Mapping[str, Any], service: str, field: str, default: Any) -> Any:
    chosen = given.get(service)
    return (chosen.get(field) or default) if isinstance(chosen, Mapping) else default
