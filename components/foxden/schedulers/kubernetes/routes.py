"""Routes from outside: Ingress objects, and what takes a prefix away (pure)."""

from collections.abc import Iterable, Sequence
from typing import Any

from foxden.connection import Connection
from foxden.naming import digest
from foxden.schedulers.kubernetes.network import called, port_of, service_name
from foxden.schedulers.kubernetes.options import KubernetesOptions
from foxden.schedulers.kubernetes.units import SEPARATOR, metadata
from foxden.service.spec import Route, ServiceSpec

STRIPPING_CLASS = "traefik"
"""The ingress class that can take a prefix away."""


def strips(route: Route) -> bool:
    """Whether there is a prefix to take away."""
    return route.strip_path and route.path != "/"


def stripped(spec: ServiceSpec) -> dict[str, Route]:
    """The routes whose prefix is taken away: each has objects of its own, here by what these are called."""
    return {digest([route.host, route.path]): route for route in spec.routes if strips(route)}


def as_it_is(spec: ServiceSpec) -> list[Route]:
    """The routes whose path the service sees."""
    return [route for route in spec.routes if not strips(route)]


def ingress(
    spec: ServiceSpec, connection: Connection, options: KubernetesOptions, routes: Sequence[Route], part: str = ""
) -> dict[str, Any]:
    """An Ingress for some routes; with ``part`` the Middleware of that name is in between."""
    # Its address is nobody's to wait for: it is the balancer's, or every node's.
    annotations = {"pulumi.com/skipAwait": "true"}
    found = metadata(spec, connection.environment, part)
    if part:
        # Traefik knows it by a name that has no two hyphens in a row.
        name = f"{connection.environment}-{found['name']}".replace(SEPARATOR, "-")
        annotations["traefik.ingress.kubernetes.io/router.middlewares"] = f"{name}@kubernetescrd"
    by_host: dict[str, list[Route]] = {}
    for route in routes:
        by_host.setdefault(route.host_in(connection.domain), []).append(route)
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {**found, "annotations": annotations},
        "spec": {
            "ingressClassName": options.ingress_class,
            "rules": [{"host": host, "http": {"paths": _paths(spec, some)}} for host, some in sorted(by_host.items())],
        },
    }


def _paths(spec: ServiceSpec, routes: Iterable[Route]) -> list[dict[str, Any]]:
    found = []
    for route in sorted(routes, key=lambda each: each.path):
        port = port_of(spec, route)
        backend = {"name": service_name(spec.name, called(spec, port)), "port": {"name": port.name}}
        found.append({"path": route.path, "pathType": "Prefix", "backend": {"service": backend}})
    return found


def middleware(spec: ServiceSpec, connection: Connection, route: Route, part: str) -> dict[str, Any]:
    """What takes a route's prefix away."""
    return {
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "Middleware",
        "metadata": metadata(spec, connection.environment, part),
        "spec": {"stripPrefix": {"prefixes": [route.path]}},
    }
