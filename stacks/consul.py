"""Services that are still bound to Consul: each gets its address and a token of its own (docs/services.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

import foxden
from foxden.clouds.consul import PACKAGE
from foxden.errors import Problem, check
from stacks.settings import Settings

FIELD = "consul"
"""What says of a service, in an environment's file, what it does in Consul; and what its need of it is called."""

TOKEN = "CONSUL_HTTP_TOKEN"  # noqa: S105
"""The variable that Consul's own clients read."""

OF_THE_CLUSTER = ("discovery_token", "discovery_token_reference", "ca", "ca_reference")
"""What a connection has to prove itself with to its own cluster: a Consul elsewhere knows none of it."""


@dataclass(frozen=True)
class Bound:
    """The services as they are deployed, and what that takes."""

    services: dict[str, dict[str, Any]]
    secrets: dict[str, pulumi.Input[str]]
    endpoints: dict[str, Any]


def bind(
    settings: Settings,
    services: Mapping[str, Mapping[str, Any]],
    connection: foxden.ConnectionArgs,
    providers: Sequence[pulumi.ProviderResource],
    after: Sequence[pulumi.Resource],
) -> Bound:
    """Take ``consul`` out of each service, and give it what that says."""
    wanted = {name: service[FIELD] for name, service in services.items() if service.get(FIELD) is not None}
    check(
        Problem(f"service '{name}'", f"{FIELD} must be a mapping, got {value!r}")
        for name, value in wanted.items()
        if not isinstance(value, Mapping)
    )
    apart = OF_THE_CLUSTER if settings.consul else ()
    there: Any = {**{key: value for key, value in connection.items() if key not in apart}, **settings.consul}
    shared = [each for each in providers if not (settings.consul and each.package == PACKAGE)]
    opts = pulumi.ResourceOptions(providers=shared, depends_on=list(after))
    found: dict[str, foxden.ConsulAccess] = {}
    for name, fields in wanted.items():
        args: Any = {**fields, "cluster": there, "service": name}
        found[name] = foxden.ConsulAccess(f"{name}-{FIELD}", args, opts)
    # It is the same for all.
    first = next(iter(found.values()), None)
    return Bound(
        services={name: _bound(name, service, found) for name, service in services.items()},
        secrets={_secret(name): access.token for name, access in found.items()},
        endpoints={FIELD: first.endpoint} if first else {},
    )


def _secret(service: str) -> str:
    return f"{service}-{FIELD}"


def _bound(name: str, service: Mapping[str, Any], found: Mapping[str, foxden.ConsulAccess]) -> dict[str, Any]:
    rest = {key: value for key, value in service.items() if key != FIELD}
    if name not in found:
        return rest
    return {
        **rest,
        "needs": [*rest.get("needs", []), FIELD],
        "secrets": {**rest.get("secrets", {}), TOKEN: _secret(name)},
    }
