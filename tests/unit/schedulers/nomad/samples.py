"""A cluster, a service that uses everything, and the golden files of what is rendered for it.

``python -m tests.unit.schedulers.nomad.samples`` writes the golden files anew; look at the difference before
you commit.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from foxden.connection import Connection
from foxden.schedulers.nomad.ingress import render_ingress
from foxden.schedulers.nomad.render import render_job
from foxden.service.discovery import External, Provided, Target
from foxden.service.parse import parse_service
from foxden.service.spec import PortProtocol, ServiceSpec

GOLDEN = Path(__file__).parent / "golden"

TARGETS: dict[str, Target] = {
    "pods": Provided("pods"),
    "pods:admin": Provided("pods", "admin", PortProtocol.GRPC),
    "db": External("postgres://db.example.com/foxden", "db.example.com", 5432),
}

EVERYTHING: dict[str, Any] = {
    "command": ["/usr/bin/python3", "-m", "router"],
    "args": ["--level", "${LEVEL} %{x}"],
    "version": "8f2c",
    "ports": {"http": {"port": 8080}, "side-door": {"port": 9090, "protocol": "grpc"}},
    "health": {"path": "/ok", "interval": 5, "grace": 20},
    "replicas": 3,
    "cpu": 0.25,
    "memory": 64,
    "memory_limit": 128,
    "env": {"LEVEL": "info", "PRICE": "${NOMAD_ALLOC_ID} for 5$"},
    "secrets": {"API_KEY": "router-key", "TEAM_KEY": "team/key"},
    "needs": ["pods", "pods:admin", "db"],
    "routes": [{"host": "app", "path": "/api", "strip_path": True}, {"port": "side-door"}],
    "release": {"strategy": "canary", "canaries": 2, "max_parallel": 2, "min_healthy": 5},
    "termination_grace": 30,
    "labels": {"team/name": "meetings"},
}


def connection(**options: str) -> Connection:
    """A cluster on loopback, with these options."""
    return Connection(
        scheduler="nomad",
        environment="demo",
        domain="demo.foxden.localhost",
        address="http://127.0.0.1:4646",
        discovery_address="http://127.0.0.1:8500",
        ingress_scheme="http",
        ingress_port=8080,
        options=options,
    )


def spec(name: str = "router", **description: Any) -> ServiceSpec:
    """A valid service; a container with one port when nothing else is said."""
    if not {"image", "command"} & set(description):
        description["image"] = "registry.example.com/it:1"
    if not {"port", "ports", "kind"} & set(description):
        description["port"] = 8080
    return parse_service(name, description)


def job(service: ServiceSpec, targets: Mapping[str, Target] | None = None, **options: str) -> dict[str, Any]:
    """The job of a service."""
    return render_job(service, connection(**options), TARGETS if targets is None else targets)


def group(rendered: Mapping[str, Any]) -> dict[str, Any]:
    """The only group of a job."""
    (only,) = rendered["TaskGroups"]
    found: dict[str, Any] = only
    return found


def task(rendered: Mapping[str, Any], name: str = "main") -> dict[str, Any]:
    """A task of a job."""
    return next(each for each in group(rendered)["Tasks"] if each["Name"] == name)


def template(found: Mapping[str, Any], file: str) -> str:
    """The text of a task's template, by the end of its destination."""
    return next(str(each["EmbeddedTmpl"]) for each in found["Templates"] if each["DestPath"].endswith(file))


def golden() -> dict[str, str]:
    """Name to text of every golden file."""
    service = job(spec(**EVERYTHING), command_driver="raw_exec", caddy="/opt/caddy")
    ingress = render_ingress(connection(command_driver="raw_exec", caddy="/opt/caddy"))
    needs, entrance = task(service, "needs"), task(ingress)
    texts = {
        "needs.Caddyfile.tpl": template(needs, "Caddyfile"),
        "needs.pools.tpl": template(needs, "pools"),
        "ingress.Caddyfile.tpl": template(entrance, "Caddyfile"),
        "ingress.pools.tpl": template(entrance, "pools"),
    }
    # The templates are in files of their own, where people can read them.
    for each in (*needs["Templates"], *entrance["Templates"]):
        each["EmbeddedTmpl"] = "see the .tpl files"
    for name, rendered in (("service.json", service), ("ingress.json", ingress)):
        texts[name] = json.dumps(rendered, indent=1, sort_keys=True) + "\n"
    return texts


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for file, text in golden().items():
        (GOLDEN / file).write_text(text)
