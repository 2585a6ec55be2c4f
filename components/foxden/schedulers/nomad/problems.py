"""What Nomad or Consul would refuse of a valid service, or change on the way (pure)."""

import re
from collections.abc import Iterator, Mapping

from foxden.connection import ConnectionArgs
from foxden.errors import Problem
from foxden.schedulers.nomad.literal import is_reference
from foxden.schedulers.nomad.options import SUBJECT, read_options
from foxden.schedulers.nomad.registration import label_key
from foxden.schedulers.nomad.release import healthy_deadline, is_lasting
from foxden.schedulers.nomad.sidecar import consul_name
from foxden.service.prepare import placeholders
from foxden.service.spec import HealthCheck, ServiceSpec

_DNS_LABEL = 63
_LEAST_MEMORY = 10
"""MiB; Nomad refuses a task that asks for less."""
_MOST_LABELS = 58
"""Consul takes 64 pairs of metadata for a service, and has some of ours (``registration``)."""

_MOST_OF_FIELDS = (59, 23, 31, 12, 6)
"""What a step may be at most in each field of a schedule."""
_STEP = re.compile(r"/([0-9]+)")
_ODD_DAY = re.compile(r"-0*7|(^|,)[0-9A-Z]+/|\b0[0-9]", re.ASCII)
"""Sunday is 0 to Nomad, and nothing lies between another day and it; 05 is no day at all, and taken for Sunday."""
_ODD = re.compile(r"\*,|,\*|L[^,]*/|\b([0-9A-Z]+)-\1\b", re.ASCII)
"""Nomad reads a range of one as the whole field."""


def service_problems(spec: ServiceSpec, connection: ConnectionArgs) -> list[Problem]:
    """Everything that is in the way of running this service on that cluster."""
    options = placeholders(connection.get("options"))
    # As a whole they are unknown where the connection comes from another stack.
    _, problems = read_options(options if isinstance(options, Mapping) else {})
    if connection.get("discovery_address") is None:
        problems.append(Problem(SUBJECT, "discovery_address must be given: scheduler 'nomad' needs Consul"))
    return problems + [Problem(spec.subject, message) for message in _messages(spec, connection["environment"])]


def _messages(spec: ServiceSpec, environment: str) -> Iterator[str]:
    for port in spec.ports[1:]:
        name = consul_name(spec.name, environment, port.name)
        if len(name) > _DNS_LABEL:
            yield (
                f"ports.{port.name} would be called '{name}' in DNS, which has {len(name)} characters; "
                f"at most {_DNS_LABEL} are possible: shorten the name of the port, the service or the environment"
            )
    if is_lasting(spec.kind) and spec.release.deadline <= healthy_deadline(spec):
        yield (
            f"release.deadline must be above health.grace and release.min_healthy together "
            f"({healthy_deadline(spec):g}) with scheduler 'nomad', got {spec.release.deadline:g}"
        )
    if is_lasting(spec.kind) and spec.release.deadline < spec.termination_grace:
        yield (
            f"release.deadline must be at least termination_grace ({spec.termination_grace:g}) with scheduler 'nomad', "
            f"got {spec.release.deadline:g}"
        )
    if spec.resources.memory < _LEAST_MEMORY:
        yield f"memory must be at least {_LEAST_MEMORY} with scheduler 'nomad', got {spec.resources.memory}"
    if spec.schedule is not None:
        yield from _about_schedule(spec.schedule)
    if spec.health.check == HealthCheck.COMMAND and any(map(is_reference, spec.health.command)):
        yield "health.command must not hold '${name}', which Nomad would replace; put it into a script"
    for field in ("env", "secrets"):
        for name in getattr(spec, field):
            if name.startswith("NOMAD_"):
                yield f"{field}.{name} must not begin with 'NOMAD_', which Nomad keeps for itself"
    if "pool" in spec.placement.meta:
        yield "placement.meta.pool is kept for the pool's own name with scheduler 'nomad': see placement.pool"
    for field, value in {"node_class": spec.placement.node_class, **_facts(spec)}.items():
        if is_reference(value):
            yield f"placement.{field} must not hold '${{name}}', which Nomad would replace"
    if len(spec.labels) > _MOST_LABELS:
        yield f"labels must be at most {_MOST_LABELS} with scheduler 'nomad', got {len(spec.labels)}"
    keys: dict[str, str] = {}
    for label, value in sorted(spec.labels.items()):
        twin = keys.setdefault(label_key(label), label)
        if twin != label:
            yield f"labels.{label} and labels.{twin} are one to Consul, which knows letters, digits, '-' and '_' only"
        if is_reference(value):
            yield f"labels.{label} must not hold '${{name}}', which Nomad would replace"


def _about_schedule(schedule: str) -> Iterator[str]:
    """What Nomad's own reading of a cron line refuses, or takes for other times."""
    fields = schedule.upper().split()
    long = any(
        int(step) > most for field, most in zip(fields, _MOST_OF_FIELDS, strict=True) for step in _STEP.findall(field)
    )
    if long or _ODD_DAY.search(fields[-1]) or _ODD.search(schedule.upper()):
        yield (
            "schedule must hold no step above what its field can be, no day like '5-7', '1/2' or '05' (0 is Sunday), "
            f"no range of one and no '*' in a list with scheduler 'nomad', got {schedule!r}"
        )


def _facts(spec: ServiceSpec) -> dict[str, str]:
    return {f"meta.{key}": value for key, value in spec.placement.meta.items()}
