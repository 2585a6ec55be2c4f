"""The local environment: this machine's own Consul + Nomad, started by ``make up``. Special-purpose ones share it."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import pulumi

import foxden
from foxden.clouds.references import REFERENCES
from local import references, secrets
from local.agents.cluster import load
from local.errors import LocalError
from local.paths import state_dir
from stacks.deploy import PROGRAM, deploy, secret_names
from stacks.services import SERVICES
from stacks.settings import Settings, services_of

Result = TypeVar("Result")


def compose(settings: Settings) -> None:
    """Put the services onto the cluster of this machine."""
    running = _or_said(load)
    if running is None:
        raise pulumi.RunError("the local cluster was not started: run 'make up'")
    services = _what_runs(services_of(settings, SERVICES))
    values = _or_said(lambda: secrets.ensure(settings.environment, secret_names(services)))
    REFERENCES[references.SCHEME] = references.__name__
    _or_said(lambda: references.look_up(settings.environment, settings.consul))
    facts = {**running.connection(), "options": {**running.options, **settings.options}}
    cluster = foxden.ExistingCluster("cluster", cast(foxden.ExistingClusterArgs, facts))
    connection = cluster.connection(settings.environment, settings.domain)
    deploy(settings, services, values, connection, cluster.providers)
    pulumi.export("connection", pulumi.Output.secret(connection))
    pulumi.export("dashboards", running.dashboards)


def _or_said(act: Callable[[], Result]) -> Result:
    try:
        return act()
    except LocalError as error:
        raise pulumi.RunError(str(error)) from None


def _what_runs(services: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Each service with the image or command, and version, that was built for it last, unless it has its own."""
    file = state_dir() / "artifacts.json"
    try:
        built = json.loads(file.read_text()) if file.exists() else {}
    except (OSError, ValueError) as error:
        raise pulumi.RunError(f"cannot read {file} ({error}): run 'make up'") from None
    whole = {
        name: dict(service) if PROGRAM & service.keys() else {**built.get(name, {}), **service}
        for name, service in services.items()
    }
    missing = [name for name, service in whole.items() if not PROGRAM & service.keys()]
    if missing:
        takes = "each takes examples/apps/<its name>/app.py, or an image or a command of its own"
        raise pulumi.RunError(f"nothing was built for {', '.join(missing)} (see {file}): run 'make up'; {takes}")
    return whole
