"""What an environment is, as flat facts: ``services.pods.replicas`` -> ``2``. Settings resolved as for a deployment."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from foxden.service.parse import parse_service
from local.stackfiles import values
from stacks.consul import FIELD as CONSUL
from stacks.services import SERVICES
from stacks.settings import Settings, services_of, settings_in_files

Facts = Mapping[str, str]
"""Path with dots to the value as people read it. What is not given has no entry."""

DIGEST = "sha256:"
BUILT = "of its build"
"""The version of a service that the environment leaves to the build on the machine."""

_APART = ("version", "image", "command")
"""What says which program a service runs, and comes from its build unless the environment chooses it."""


def facts(environment: str) -> Facts:
    """The facts of an environment. Raises LocalError or InvalidInput for files that are not as they must be."""
    settings = settings_in_files(environment)
    return {**_cluster(settings, values(environment)), **_services(settings)}


def services(settings: Settings) -> Mapping[str, Mapping[str, Any]]:
    """The services' descriptions, with the environment's own choices and defaults."""
    return services_of(settings, SERVICES)


def _cluster(settings: Settings, given: Mapping[str, Any]) -> dict[str, str]:
    choices: dict[str, Any] = {"cloud": "existing", "scheduler": settings.scheduler, "domain": settings.domain}
    if "servers" in given:
        choices["servers"] = given["servers"]
    if settings.cloud is not None:
        choices |= _fields(settings.cloud)
    return {**dict(flat("cluster", choices)), **dict(flat("endpoints", settings.endpoints))}


def _services(settings: Settings) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, description in services(settings).items():
        program = {key: description[key] for key in _APART if key in description} or {"version": BUILT}
        rest = {key: value for key, value in description.items() if key not in (*_APART, CONSUL)}
        # Some program, for a description without one is none.
        whole = _fields(parse_service(name, {**rest, "image": "some:image"}))
        kept = {key: value for key, value in whole.items() if key not in (*_APART, "name")}
        bound = {CONSUL: description[CONSUL]} if CONSUL in description else {}
        found |= dict(flat(f"services.{name}", {**program, **bound, **kept}))
    return found


def flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """The facts in a value: mappings and dataclasses by key, all else as text. Nothing for None and what is empty."""
    if value is None:
        return
    if dataclasses.is_dataclass(value):
        value = _fields(value)
    if isinstance(value, Mapping):
        for key in value:
            yield from flat(f"{path}.{key}", value[key])
    elif text := shown(value):
        yield path, text


def shown(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, Mapping):
        return " ".join(f"{key}={text}" for key, item in value.items() if (text := shown(item)))
    if dataclasses.is_dataclass(value):
        return shown(_fields(value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(shown(item) for item in value)
    return "" if value is None else str(value)


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
