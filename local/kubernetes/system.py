"""What runs in every cluster beside services: names are looked up with CoreDNS, as the library renders it (pure)."""

from typing import Any

from foxden.clusters.services_plan import CoreDns, ServicesPlan
from foxden.schedulers.kubernetes.addons import coredns
from foxden.schedulers.kubernetes.addons.objects import SYSTEM as SPACE
from local.kubernetes.places import DNS_SERVICE, DOMAIN

__all__ = ["SPACE", "objects"]

_OWNER = {"app.kubernetes.io/managed-by": "foxden-local"}


def objects(image: str, address: str = DNS_SERVICE, replicas: int = 1) -> list[tuple[str, dict[str, Any]]]:
    """Path of the kind -> object, in the order in which they are made. ``address``: where names are asked for."""
    names = CoreDns(address=address, replicas=replicas, domain=DOMAIN, images={coredns.NAME: image})
    return [(_path(thing), _own(thing)) for thing in coredns.objects(names, ServicesPlan()).values()]


def _own(thing: dict[str, Any]) -> dict[str, Any]:
    """The cluster's own, which no stack deployed and none takes away."""
    metadata = thing["metadata"]
    return {**thing, "metadata": {**metadata, "labels": {**metadata["labels"], **_OWNER}}}


def _path(thing: dict[str, Any]) -> str:
    version, place = thing["apiVersion"], thing["metadata"].get("namespace")
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    return f"{root}{f'/namespaces/{place}' if place else ''}/{thing['kind'].lower()}s"
