"""A cluster, services that use everything, and the golden files of what is rendered for them.

``python -m tests.unit.schedulers.kubernetes.samples`` writes the golden files anew; look at the difference before
you commit.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from foxden.connection import Connection
from foxden.schedulers.kubernetes import environment
from foxden.schedulers.kubernetes.ingress import render_ingress
from foxden.schedulers.kubernetes.manifest import render_manifest
from foxden.schedulers.kubernetes.options import options_of
from foxden.service.discovery import External, Provided, Target
from foxden.service.parse import parse_service
from foxden.service.spec import PortProtocol, ServiceSpec

GOLDEN = Path(__file__).parent / "golden"

TARGETS: dict[str, Target] = {
    "pods": Provided("pods"),
    "pods:admin": Provided("pods", "admin", PortProtocol.GRPC),
    "db": External("postgres://db.example.com/foxden", "db.example.com", 5432),
    "legacy": External("http://10.1.2.3:8080", "10.1.2.3", 8080),
}

EVERYTHING: dict[str, Any] = {
    "image": "registry.example.com/router:8f2c@sha256:" + "0123456789abcdef" * 4,
    "args": ["--level", "$(LEVEL) $$x $HOME"],
    "version": "8f2c+build.7",
    "ports": {"http": {"port": 80}, "side-door": {"port": 9090, "protocol": "grpc"}},
    "health": {"path": "/ok", "interval": 5, "grace": 20},
    "replicas": 3,
    "cpu": 0.25,
    "cpu_limit": 1,
    "memory": 64,
    "memory_limit": 1024,
    "env": {"LEVEL": "info", "PRICE": "$(INSTANCE_ID) for 5$", "EMPTY": ""},
    "secrets": {"API_KEY": "router-key", "TEAM_KEY": "team/key"},
    "needs": ["pods", "pods:admin", "db", "legacy"],
    "routes": [
        {"host": "app", "path": "/api", "strip_path": True},
        {"port": "side-door"},
        {"host": "www.example.com."},
    ],
    "release": {"strategy": "canary", "canaries": 2, "max_parallel": 2, "min_healthy": 5},
    "termination_grace": 30,
    "labels": {"team/name": "meetings"},
}
VERSIONS = {"router-key": "0a1b2c3d4e"}


def connection(**options: str) -> Connection:
    """A cluster, with these options."""
    return Connection(
        scheduler="kubernetes",
        environment="demo",
        domain="demo.foxden.localhost",
        address="https://127.0.0.1:6443",
        ingress_scheme="http",
        ingress_port=8080,
        options=options,
    )


def spec(name: str = "router", **description: Any) -> ServiceSpec:
    """A valid service with one port when nothing else is said."""
    description.setdefault("image", "registry.example.com/it:1")
    if not {"port", "ports", "kind"} & set(description):
        description["port"] = 8080
    return parse_service(name, description)


def objects(
    service: ServiceSpec,
    targets: Mapping[str, Target] | None = None,
    versions: Mapping[str, str] | None = None,
    **options: str,
) -> dict[str, Any]:
    """Key to object of all that a service becomes."""
    known = TARGETS if targets is None else targets
    found: dict[str, Any] = render_manifest(service, connection(**options), known, versions or {})["objects"]
    return found


def rendered(**description: Any) -> dict[str, Any]:
    """The same for a description."""
    return objects(spec(**description))


def pod(found: Mapping[str, Any], key: str = "workload") -> dict[str, Any]:
    """The template of the pods of one of the objects."""
    inner = found[key]["spec"]
    inner = inner.get("jobTemplate", {}).get("spec", inner)
    template: dict[str, Any] = inner["template"]
    return template


def container(found: Mapping[str, Any], key: str = "workload") -> dict[str, Any]:
    """The only container of such a pod."""
    (only,) = pod(found, key)["spec"]["containers"]
    whole: dict[str, Any] = only
    return whole


def env(found: Mapping[str, Any]) -> dict[str, Any]:
    """Name to value, or to where that comes from."""
    return {each["name"]: each.get("valueFrom", each.get("value", "")) for each in container(found)["env"]}


def golden() -> dict[str, str]:
    """Name to text of every golden file."""
    options = {"quota_cpu": "8", "quota_pods": "40", "container_max_memory": "4096", "trusted_proxies": "10.0.0.0/8"}
    blue_green: dict[str, Any] = {**EVERYTHING, "release": {"strategy": "blue-green"}}
    scaled: dict[str, Any] = {"autoscaling": {"min": 2, "max": 5}, "health": {"tcp": True}}
    cron: dict[str, Any] = {"kind": "cron", "schedule": "0 3 * * MON-FRI", "timezone": "Europe/Vienna", "needs": ["db"]}
    bounds = options_of(options)
    texts: dict[str, Any] = {
        "canary.json": objects(spec(**EVERYTHING), versions=VERSIONS),
        "blue-green.json": objects(spec(**blue_green)),
        "scaled.json": objects(spec(**scaled)),
        "cron.json": objects(spec("night", **cron)),
        "job.json": objects(spec("migration", kind="job", secrets={"KEY": "router-key"})),
        "ingress.json": render_ingress(connection(**options)),
        "environment.json": {
            "namespace": environment.namespace("demo", {"owner": "ana"}),
            "policy": environment.default_policy("demo", bounds),
            "challenges": environment.challenge_policy("demo", bounds),
            "quota": environment.quota("demo", bounds),
            "limits": environment.limit_range("demo", bounds),
            "secret": environment.secret("demo", "team/key"),
            "kept": environment.secret("demo", "team/key", "0a1b2c3d4e"),
        },
    }
    return {name: json.dumps(each, indent=1, sort_keys=True) + "\n" for name, each in texts.items()}


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for file, text in golden().items():
        (GOLDEN / file).write_text(text)
