"""Routes in Consul's KV store: where the ingress reads them (pure)."""

import json
from dataclasses import dataclass
from hashlib import sha256

from foxden.connection import Connection
from foxden.schedulers.nomad.sidecar import consul_name
from foxden.service.spec import Route, ServiceSpec

PREFIX = "foxden/ingress"

VALUE = (
    r'^{"environment": "[a-z0-9-]+", "host": "[a-z0-9.-]+", '
    r'"path": "/[A-Za-z0-9._~!$&'
    r"'()+,;=:@%/-]*"
    r'", "protocol": "(http|grpc)", '
    r'"service": "[a-z0-9-]+", "strip": (true|false)}$'
)
"""What a value looks like. The ingress skips all others: one that it couldn't read would end it, for everybody."""

_LONGEST_PATH = 9999


@dataclass(frozen=True)
class RouteEntry:
    """One key and its value."""

    key: str
    value: str


def route_entries(spec: ServiceSpec, connection: Connection) -> list[RouteEntry]:
    """The keys of a service's routes. Keys sort the longest path first, over all services: the first that fits wins."""
    return [_entry(spec, route, connection) for route in spec.routes]


def _entry(spec: ServiceSpec, route: Route, connection: Connection) -> RouteEntry:
    host = route.host_in(connection.domain)
    port = spec.port(route.port)
    if port is None:
        raise ValueError(f"route of {spec.subject} to port '{route.port}', which it has not")
    extra = "" if port == spec.default_port else port.name
    value = {
        "environment": connection.environment,
        "host": host,
        "path": route.path,
        "protocol": str(port.protocol),
        "service": consul_name(spec.name, connection.environment, extra),
        "strip": route.strip_path,
    }
    digest = sha256(f"{host}{route.path}".encode()).hexdigest()[:12]
    order = max(0, _LONGEST_PATH - len(route.path))
    key = f"{PREFIX}/{order:04}/{consul_name(spec.name, connection.environment)}/{digest}"
    return RouteEntry(key, json.dumps(value, sort_keys=True))
