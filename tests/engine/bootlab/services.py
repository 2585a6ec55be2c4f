"""The services of every environment, put onto the lab's cluster by Pulumi's engine, as commands."""

import json
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foxden.schedulers.nomad.nodes import connection_options
from stacks.services import SERVICES
from tests.engine.bootlab.access import Access
from tests.engine.bootlab.cluster import NAME
from tests.engine.bootlab.lab import APPS_INSIDE
from tests.engine.plugins.projects import Project, environment

ENVIRONMENT = "dev"
DOMAIN = "foxden.localhost"
SECRET = "pods-api-key"

_PROGRAM = Path(__file__).parent / "program_services"


@dataclass
class Deployment:
    """The services, as one stack."""

    project: Project
    port: int
    secret: str
    """The value of the one secret that a service has."""

    @property
    def url(self) -> str:
        """Where the whole chain of services answers, at the balancer."""
        return f"http://app.{DOMAIN}:{self.port}/"


def deployment(access: Access) -> Deployment:
    """The stack, not deployed yet."""
    directory = access.cluster.lab.directory / "services"
    shutil.copytree(_PROGRAM, directory)
    home = access.cluster.lab.directory / "of-services"
    home.mkdir()
    env = environment(home)
    (directory / "Pulumi.yaml").write_text("name: lab-services\nruntime: python\n")
    project = Project("lab-services", directory, env, {})
    project.pulumi("stack", "init")
    secret = secrets.token_urlsafe(24)
    port = access.cluster.ingress_port
    settings = directory / "settings.json"
    settings.touch(mode=0o600)
    settings.write_text(json.dumps(_settings(access, secret, port)))
    return Deployment(project, port, secret)


def _settings(access: Access, secret: str, port: int) -> dict[str, Any]:
    server = access.servers()[0]
    return {
        "environment": ENVIRONMENT,
        "domain": DOMAIN,
        "secrets": {SECRET: secret},
        "services": {name: {**service, **_program(name)} for name, service in SERVICES.items()},
        "connection": {
            "scheduler": "nomad",
            "address": access.nomad(server).address,
            "token": access.cluster.parameter("operators/nomad-token"),
            "discovery_address": access.consul(server).address,
            "discovery_token": access.cluster.parameter("operators/consul-token"),
            "ca": access.ca.read_text(),
            "ingress_scheme": "http",
            "ingress_port": port,
            "options": dict(connection_options(NAME)),
        },
    }


def _program(service: str) -> dict[str, Any]:
    return {"command": ["/usr/bin/python3", "-B", f"/{APPS_INSIDE}/{service}/app.py"], "version": "1"}
