"""The services of every environment, put onto the lab's cluster by Pulumi's engine."""

import json
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from foxden.schedulers.nomad.nodes import connection_options
from stacks.services import SERVICES
from tests.engine.bootlab.access import Access
from tests.engine.bootlab.cluster import NAME, Cluster
from tests.engine.bootlab.lab import APPS_INSIDE
from tests.engine.harness.apis import Json
from tests.engine.harness.waiting import until
from tests.engine.plugins.projects import Project, environment

ENVIRONMENT = "dev"
DOMAIN = "foxden.localhost"
SECRET = "pods-api-key"

_TIMEOUT = 20
_WITHIN = 600
"""Seconds for a command of pulumi's, on a machine with much else to do: the first one waits for images and pods."""

_PROGRAM = Path(__file__).parent / "program_services"


@dataclass
class Deployment:
    """The services, as one stack."""

    project: Project
    port: int
    secret: str
    """The value of the one secret that a service has."""
    told: Callable[[], Mapping[str, Any]]
    """The connection to the cluster as it is now, and what services run."""

    @property
    def url(self) -> str:
        """Where the whole chain of services answers, at the balancer."""
        return f"http://app.{DOMAIN}:{self.port}/"

    @property
    def _settings(self) -> Path:
        return self.project.directory / "settings.json"

    def up(self) -> None:
        """Deploy them, unless that was done through the servers and with the tokens that there are now."""
        same = {"environment": ENVIRONMENT, "domain": DOMAIN, "secrets": {SECRET: self.secret}}
        wanted = json.dumps({**same, **self.told()})
        if not self._settings.exists() or self._settings.read_text() != wanted:
            self._settings.touch(mode=0o600)
            self._settings.write_text(wanted)
            self.project.up()

    def answers(self, address: str, what: str, within: float = 60) -> Json:
        """What the whole chain answers at a worker, or at the balancer on loopback, once it does; ``what`` it shows.

        A machine on which hosts boot may be too slow for a request.
        """
        headers = {"Host": self.url.split("/")[2]}

        def look() -> Json:
            try:
                said = requests.get(f"http://{address}:{self.port}/", headers=headers, timeout=_TIMEOUT)
            except requests.RequestException as error:
                raise AssertionError(repr(error)) from error
            assert said.status_code == 200, f"{said.status_code}: {said.text}"
            return said.json()

        return until(look, what, within, every=1)


def deployment(cluster: Cluster, told: Callable[[], Mapping[str, Any]]) -> Deployment:
    """The stack, not deployed yet."""
    directory = cluster.lab.directory / "services"
    shutil.copytree(_PROGRAM, directory)
    home = cluster.lab.directory / "of-services"
    home.mkdir()
    env = environment(home)
    (directory / "Pulumi.yaml").write_text("name: lab-services\nruntime: python\n")
    project = Project("lab-services", directory, env, {}, _WITHIN)
    project.pulumi("stack", "init")
    return Deployment(project, cluster.ingress_port, secrets.token_urlsafe(24), told)


def as_commands(access: Access) -> Mapping[str, Any]:
    """On Nomad: programs that its workers have on their disks."""
    server = min(access.servers(), key=lambda member: member.id)
    return {
        "services": {name: {**service, **_program(name)} for name, service in SERVICES.items()},
        "connection": {
            "scheduler": "nomad",
            "address": access.nomad(server).address,
            "token": access.cluster.parameter("operators/nomad-token"),
            "discovery_address": access.consul(server).address,
            "discovery_token": access.cluster.parameter("operators/consul-token"),
            "ca": access.ca.read_text(),
            "ingress_scheme": "http",
            "ingress_port": access.cluster.ingress_port,
            "options": dict(connection_options(NAME)),
        },
    }


def _program(service: str) -> dict[str, Any]:
    return {"command": ["/usr/bin/python3", "-B", f"/{APPS_INSIDE}/{service}/app.py"], "version": "1"}
