"""From the one health of a service to Kubernetes' three probes (pure)."""

from math import ceil
from typing import Any

from foxden.schedulers.kubernetes.literal import literal
from foxden.schedulers.kubernetes.units import seconds
from foxden.service.spec import Health, HealthCheck

UNWELL_BEFORE_RESTART = 15
"""Seconds for which an instance fails its checks before it is restarted; as on other schedulers."""

_UNWELL_BEFORE_LEFT_OUT = 2
"""Failed checks after which an instance is reached no more: one alone may be an accident."""


def probes(health: Health) -> dict[str, Any]:
    """The probes of a container; none for a service that is well while its process runs."""
    if health.check == HealthCheck.NONE:
        return {}
    how = {**_action(health), "timeoutSeconds": seconds(health.timeout)}
    interval = seconds(health.interval)
    # While it starts it is asked often, so that it serves as soon as it can; a command costs more than a request.
    pace = interval if health.check == HealthCheck.COMMAND else 1
    return {
        "startupProbe": {**how, "periodSeconds": pace, "failureThreshold": max(1, ceil(health.grace / pace))},
        "readinessProbe": {**how, "periodSeconds": interval, "failureThreshold": _UNWELL_BEFORE_LEFT_OUT},
        "livenessProbe": {
            **how,
            "periodSeconds": interval,
            "failureThreshold": 1 + max(1, ceil(UNWELL_BEFORE_RESTART / interval)),
        },
    }


def _action(health: Health) -> dict[str, Any]:
    if health.check == HealthCheck.HTTP:
        return {"httpGet": {"path": health.path, "port": health.port, "scheme": "HTTP"}}
    if health.check == HealthCheck.TCP:
        return {"tcpSocket": {"port": health.port}}
    return {"exec": {"command": [literal(word) for word in health.command]}}
