"""How an instance is registered in Consul, and how its health is asked for (pure)."""

import re
from math import ceil
from typing import Any

from foxden.schedulers.nomad.sidecar import consul_name
from foxden.schedulers.nomad.units import nanoseconds, port_label
from foxden.service.spec import Health, HealthCheck, Port, ServiceSpec

UNWELL_BEFORE_RESTART = 15
"""Seconds for which an instance fails its checks before it is restarted; a restarted Consul agent needs a few."""


def label_key(label: str) -> str:
    """A label's name as a key of Consul's metadata, which takes letters, digits, '-' and '_' only."""
    return "label-" + re.sub(r"[^A-Za-z0-9_-]", "-", label)


def consul_services(spec: ServiceSpec, environment: str) -> list[dict[str, Any]]:
    """One service for each port; one without a port for a worker whose health is asked for.

    They belong to the task, not to its group: so they leave Consul at once when the program ends, and come back as not
    asked yet when it is started again.
    """
    if not spec.ports:
        return [] if spec.health.check == HealthCheck.NONE else [_service(spec, environment, None)]
    return [_service(spec, environment, port) for port in spec.ports]


def _service(spec: ServiceSpec, environment: str, port: Port | None) -> dict[str, Any]:
    extra = "" if port is None or port == spec.default_port else port.name
    meta = {
        "environment": environment,
        "service": spec.name,
        "version": spec.version,
        **{label_key(key): value for key, value in sorted(spec.labels.items())},
    }
    if port:
        meta.update(port=port.name, protocol=str(port.protocol))
    service: dict[str, Any] = {
        "Name": consul_name(spec.name, environment, extra),
        "Provider": "consul",
        "Tags": ["foxden"],
        "CanaryTags": ["foxden", "canary"],
        "Meta": {**meta, "release": "stable"},
        "CanaryMeta": {**meta, "release": "canary"},
        "Checks": _checks(spec.health),
    }
    if port:
        service["PortLabel"] = port_label(port.name)
    return service


def _checks(health: Health) -> list[dict[str, Any]]:
    # Every port's service has the check of the instance: where one port is reached, the instance must be well.
    check: dict[str, Any] = {
        "Name": "health",
        "Interval": nanoseconds(max(1, health.interval)),
        "Timeout": nanoseconds(max(1, health.timeout)),
        "CheckRestart": {
            "Limit": 1 + max(1, ceil(UNWELL_BEFORE_RESTART / health.interval)),
            "Grace": nanoseconds(health.grace),
        },
    }
    if health.check == HealthCheck.HTTP:
        check.update(Type="http", Path=health.path, PortLabel=port_label(health.port))
    elif health.check == HealthCheck.TCP:
        check.update(Type="tcp", PortLabel=port_label(health.port))
    elif health.check == HealthCheck.COMMAND:
        check.update(Type="script", Command=health.command[0], Args=list(health.command[1:]))
    else:
        return []
    return [check]
