"""The choices of an environment: the only reader of Pulumi's configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import yaml

from foxden.errors import Problem, check
from foxden.naming import MAX_ENVIRONMENT, host_problem, label_problem
from foxden.schedulers.base import scheduler_problem
from foxden.service.reader import Reader, did_you_mean, shown
from foxden.service.spec import ServiceKind
from local.errors import LocalError
from local.stackfiles import lineage, values
from stacks.cloud_settings import CLOUD_KEYS, CLOUD_OBJECTS, TYPED, CloudSettings, read_cloud

OBJECTS = ("defaults", "services", "endpoints", "consul")
"""Keys whose value is a mapping."""

CONSUL = ("discovery_address", "discovery_token_reference", "ca_reference")
"""What may be said of a Consul elsewhere: fields of a connection."""

MERGED = ("env", "labels")
"""Fields of a service of which an environment names only what is other."""

ENDING = (ServiceKind.JOB, ServiceKind.CRON)
"""Kinds that are judged by how they end: they have neither health nor release."""

ON_EXISTING = ("options",)
"""What an environment on machines that are there already may choose beyond that."""

KEYS = ("cloud", "scheduler", "servers", "domain", "inherits", "created", "expires", "owner", *OBJECTS)
"""What any environment may choose."""

CLOUDS: dict[str, tuple[str, ...]] = {"existing": ON_EXISTING, "aws": CLOUD_KEYS}
"""What ``foxden:cloud`` may be, to what an environment there may choose beyond that."""


@dataclass(frozen=True)
class Settings:
    """What ``Pulumi.<environment>.yaml`` chooses, and what it inherits."""

    environment: str
    base: str
    """The environment whose cluster it is on: itself, or the one that it inherits from."""
    domain: str
    """DNS domain of its hosts."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Owner, creation and expiry, as far as given."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Fields that every service or worker has unless it says otherwise, such as how soon it counts as healthy."""
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Service to the fields that are other than in :mod:`stacks.services`."""
    endpoints: Mapping[str, Any] = field(default_factory=dict)
    """Things outside that services may need."""
    consul: Mapping[str, str] = field(default_factory=dict)
    """Where services find Consul that are still bound to it, where that is not the cluster's own."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What only the scheduler needs to know of the cluster, over what is found out of it."""
    scheduler: str = "nomad"
    cloud: CloudSettings | None = None
    """Where its machines are; None where they are there already."""

    @property
    def shares_cluster(self) -> bool:
        """Whether it is put onto another environment's cluster."""
        return self.base != self.environment and not (self.cloud and self.cloud.own_cluster)


def read_settings(environment: str) -> Settings:
    """The settings of a stack: its configuration, over what it inherits. Raises InvalidInput with every problem."""
    try:
        return _settings(environment, _configured())
    except LocalError as error:
        raise pulumi.RunError(str(error)) from None


def settings_in_files(environment: str) -> Settings:
    """The same without a stack, as the files alone have them. Raises LocalError where a file is not there."""
    return _settings(environment, {})


def _settings(environment: str, configured: Mapping[str, str]) -> Settings:
    given = {**values(environment), **configured}
    return parse_settings(environment, lineage(environment)[-1], {key: _meant(key, given[key]) for key in given})


def _configured() -> dict[str, str]:
    """What Pulumi knows beyond the files, such as ``--config`` on the command line. Mappings come from files alone."""
    config = pulumi.Config("foxden")
    plain = [key for key in (*KEYS, *CLOUD_KEYS) if key not in (*OBJECTS, *CLOUD_OBJECTS)]
    found = {key: config.get(key) for key in plain}
    return {key: value for key, value in found.items() if value is not None}


def _meant(key: str, value: Any) -> Any:
    """What a text stands for that says a number, a list, or yes or no: Pulumi writes nothing but texts."""
    return yaml.safe_load(value) if key in TYPED and isinstance(value, str) else value


def parse_settings(environment: str, base: str, given: Mapping[str, Any]) -> Settings:
    """Settings from plain values; ``base`` is the environment whose cluster it is on. Pure."""
    reader = Reader(f"environment '{environment}'", given)
    wrong = label_problem(environment, MAX_ENVIRONMENT)
    if wrong:
        reader.complain("name", wrong)
    cloud = reader.text("cloud", "existing")
    reader.only((*KEYS, *CLOUDS.get(cloud, CLOUD_KEYS)))
    reader.require("domain")
    domain, scheduler = reader.text("domain", ""), reader.text("scheduler", "nomad")
    if cloud not in CLOUDS:
        reader.complain("cloud", f"must be one of {', '.join(CLOUDS)}, got {shown(cloud)}{did_you_mean(cloud, CLOUDS)}")
    for key, unfit in (
        ("scheduler", scheduler_problem(scheduler)),
        ("domain", host_problem(domain, absolute=False) if domain else None),
    ):
        if unfit:
            reader.complain(key, unfit)
    mappings = {key: reader.sub(key) for key in OBJECTS}
    for name, own in mappings["services"].given.items() if mappings["services"] else ():
        reader.nested(f"services.{name}", own)
    settings = Settings(
        environment=environment,
        base=base,
        domain=domain,
        notes={key: str(given[key]) for key in ("created", "expires", "owner") if reader.has(key)},
        defaults=mappings["defaults"].given if mappings["defaults"] else {},
        overrides=mappings["services"].given if mappings["services"] else {},
        endpoints=mappings["endpoints"].given if mappings["endpoints"] else {},
        consul=_consul(reader, mappings["consul"]),
        options=reader.text_map("options"),
        scheduler=scheduler,
        cloud=read_cloud(reader, cloud, base != environment) if CLOUDS.get(cloud) == CLOUD_KEYS else None,
    )
    check(reader.problems)
    return settings


def _consul(reader: Reader, given: Reader | None) -> Mapping[str, str]:
    if given is not None:
        given.only(CONSUL)
        given.require("discovery_address")
    return reader.text_map("consul")


def services_of(settings: Settings, services: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The services that an environment runs, with its choices and defaults.

    One whose name is an endpoint of the environment runs elsewhere, where the endpoint leads.
    """
    chosen = with_overrides(services, settings.overrides, settings.environment)
    here = {name: service for name, service in chosen.items() if name not in settings.endpoints}
    return with_defaults(here, settings.defaults)


def with_overrides(
    services: Mapping[str, Mapping[str, Any]], overrides: Mapping[str, Mapping[str, Any]], environment: str
) -> dict[str, dict[str, Any]]:
    """The services with an environment's own choices; ``env`` and ``labels`` are merged, other fields replaced."""
    unknown = [name for name in overrides if name not in services]
    check(
        Problem(f"environment '{environment}'", f"services.{name} is no service{did_you_mean(name, services)}")
        for name in unknown
    )
    return {name: _joined(service, overrides.get(name, {})) for name, service in services.items()}


def with_defaults(
    services: Mapping[str, Mapping[str, Any]], defaults: Mapping[str, Any]
) -> dict[str, Mapping[str, Any]]:
    """The services with an environment's defaults below their own fields, mappings field by field.

    What runs to an end has none of them.
    """
    return {
        name: service if service.get("kind") in ENDING else _below(defaults, service)
        for name, service in services.items()
    }


def _below(defaults: Mapping[str, Any], service: Mapping[str, Any]) -> dict[str, Any]:
    shared = {key for key, value in defaults.items() if isinstance(value, Mapping)}
    joined = {key: {**defaults[key], **service[key]} for key in shared if isinstance(service.get(key), Mapping)}
    return {**defaults, **service, **joined}


def _joined(service: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    joined = {key: {**service.get(key, {}), **own[key]} for key in MERGED if isinstance(own.get(key), Mapping)}
    return {**service, **own, **joined}
