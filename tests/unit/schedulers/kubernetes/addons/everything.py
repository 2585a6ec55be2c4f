"""Cluster services with all that can be said of them, and their objects."""

from collections.abc import Iterator, Mapping
from typing import Any

from foxden.clusters.read_services import read_services
from foxden.clusters.services_plan import ServicesPlan
from foxden.schedulers.kubernetes.addons.images import OF
from foxden.schedulers.kubernetes.addons.render import render_services
from tests.unit.schedulers.kubernetes.samples import connection

SMALLEST: dict[str, Any] = {
    "coredns": {},
    "metrics_server": {},
    "cloud_controller": {},
    "ebs_csi": {},
    "cluster_autoscaler": {},
    "external_dns": {"domains": ["qa.foxden.example"]},
    "dashboard": {},
    "logging": {"loki": "https://loki.example.com"},
    "prometheus": {},
    "certificates": {},
}
"""Each with as little as it takes."""

LARGEST: dict[str, Any] = {
    "coredns": {"address": "10.96.0.10", "replicas": 3, "pool": "system"},
    "metrics_server": {"pool": "system", "images": {"metrics-server": "registry.example.com/metrics:1"}},
    "cloud_controller": {"pool": "system"},
    "ebs_csi": {"storage_class": "fast", "key": "arn:aws:kms:eu-central-1:123456789012:key/k", "pool": "system"},
    "cluster_autoscaler": {"unneeded_minutes": 30, "pool": "system"},
    "external_dns": {"domains": ["qa.foxden.example", "www.example.com"], "removes": True, "pool": "system"},
    "dashboard": {"host": "dashboard", "oidc_issuer": "https://id.example.com", "oidc_client": "foxden"},
    "logging": {"cloudwatch_group": "/foxden/qa"},
    "prometheus": {"days": 30, "disk": 50, "storage_class": "fast", "alertmanager": "alerts.example.com:9093"},
    "certificates": {
        "email": "it@example.com",
        "zones": {"example.com": "Z1"},
        "server": "https://acme.example.com/dir",
    },
}

WHERE: dict[str, Any] = {"name": "qa", "region": "eu-central-1"}


def plan(services: Mapping[str, Any], **more: Any) -> ServicesPlan:
    """The plan of valid args."""
    found, problems = read_services({**WHERE, **services, **more}, OF)
    assert problems == []
    return found


def rendered(services: Mapping[str, Any], **more: Any) -> dict[str, dict[str, Any]]:
    """Cluster service to key to object."""
    return render_services(plan(services, **more), connection())


def things(services: Mapping[str, Any], **more: Any) -> list[dict[str, Any]]:
    """All objects."""
    return [thing for some in rendered(services, **more).values() for thing in some.values()]


def workloads(all_of_them: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Those that have pods."""
    yield from (thing for thing in all_of_them if thing["kind"] in ("Deployment", "DaemonSet", "Job"))


def pods(all_of_them: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Namespace and name to the template of pods."""
    return {
        f"{thing['metadata']['namespace']}/{thing['metadata']['name']}": thing["spec"]["template"]
        for thing in workloads(all_of_them)
    }
