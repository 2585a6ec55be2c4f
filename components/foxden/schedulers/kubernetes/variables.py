"""The ENV of a service's container (pure)."""

from collections.abc import Mapping
from typing import Any

from foxden.connection import Connection
from foxden.schedulers.kubernetes.literal import literal
from foxden.schedulers.kubernetes.network import address
from foxden.schedulers.kubernetes.options import KubernetesOptions
from foxden.schedulers.kubernetes.secrets import KEY, object_name
from foxden.service.discovery import Target, needs_env, port_env_name
from foxden.service.spec import ServiceSpec

_ALL_ADDRESSES = "0.0.0.0"  # noqa: S104 - in the pod's own network


def variables(
    spec: ServiceSpec,
    connection: Connection,
    targets: Mapping[str, Target],
    secret_versions: Mapping[str, str],
    options: KubernetesOptions,
) -> list[dict[str, Any]]:
    """Every variable, sorted by name. Values arrive as they are; secrets are referred to."""
    addresses = {need: address(targets[need], connection.environment, options) for need in spec.needs}
    plain = {
        **spec.env,
        **needs_env(addresses),
        "SERVICE_NAME": spec.name,
        "SERVICE_VERSION": spec.version,
        "ENVIRONMENT": connection.environment,
    }
    if spec.ports:
        plain |= {"HOST": _ALL_ADDRESSES, "PORT": str(spec.ports[0].number)}
        plain |= {port_env_name(port.name): str(port.number) for port in spec.ports}
    # An empty value is none to the API, which would then look like a change.
    found: dict[str, dict[str, Any]] = {
        name: {"value": literal(value)} if value else {} for name, value in plain.items()
    }
    found["INSTANCE_ID"] = {"valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}}
    for name, secret in spec.secrets.items():
        reference = {"name": object_name(secret, secret_versions.get(secret, "")), "key": KEY}
        found[name] = {"valueFrom": {"secretKeyRef": reference}}
    return [{"name": name, **value} for name, value in sorted(found.items())]
