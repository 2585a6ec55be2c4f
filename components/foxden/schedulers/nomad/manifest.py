"""All that the cluster is told of a service, as plain data (pure)."""

from collections.abc import Mapping
from typing import Any

from foxden.connection import Connection
from foxden.schedulers.nomad import secrets
from foxden.schedulers.nomad.render import render_job
from foxden.schedulers.nomad.routes import route_entries
from foxden.schedulers.nomad.sidecar import consul_name
from foxden.service.discovery import Target
from foxden.service.spec import ServiceSpec


def render_manifest(spec: ServiceSpec, connection: Connection, targets: Mapping[str, Target]) -> dict[str, Any]:
    """``job``, ``policy`` (or None), ``routes`` (pairs of key and value), ``version`` and ``address`` (or None)."""
    environment = connection.environment
    policy = {
        "name": secrets.policy_name(spec.name, environment),
        "namespace": environment,
        "rules": secrets.policy_rules(environment, spec.secrets),
    }
    return {
        "job": render_job(spec, connection, targets),
        "policy": policy if spec.secrets else None,
        "routes": [[entry.key, entry.value] for entry in route_entries(spec, connection)],
        "version": spec.version,
        "address": f"{consul_name(spec.name, environment)}.service.consul" if spec.ports else None,
    }
