"""From what a developer wrote to a :class:`ServiceSpec`: validated at the door, every problem at once."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from foxden.errors import Problem, check
from foxden.naming import MAX_SERVICE, label_problem, secret_problem
from foxden.service.args import AutoscalingArgs, ReleaseArgs, ServiceDescription
from foxden.service.parse_network import read_health, read_needs, read_ports, read_routes
from foxden.service.parse_placement import read_placement
from foxden.service.reader import UNKNOWN, Reader, Unknown, shown
from foxden.service.spec import (
    Autoscaling,
    Release,
    ReleaseStrategy,
    Resources,
    ServiceKind,
    ServiceSpec,
)

FIELDS = tuple(ServiceDescription.__annotations__)
MAX_REPLICAS = 1000

# https://github.com/distribution/reference/blob/main/reference.go: [domain[:port]/]path[:tag][@digest]
_IMAGE = re.compile(
    r"(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?)/)?"
    r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
    r"(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@sha256:(?P<digest>[0-9a-f]{64}))?\Z",
    re.ASCII,
)
_LONGEST_IMAGE = 255 + 1 + 128 + len("@sha256:") + 64
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,127}\Z", re.ASCII)
_LABEL_KEY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?\Z", re.ASCII)


def read_service(name: str, description: Mapping[str, Any]) -> tuple[ServiceSpec, list[Problem]]:
    """Read a :class:`foxden.ServiceDescription`; the spec has defaults in the place of whatever is wrong."""
    reader = Reader(f"service '{name}'", description)
    wrong = label_problem(name, MAX_SERVICE)
    if wrong:
        reader.complain("name", wrong)
    if not reader.readable:
        return ServiceSpec(name), reader.problems
    reader.only(FIELDS)
    kind = reader.choice("kind", ServiceKind.SERVICE)
    ports = read_ports(reader, kind)
    image, command = _program(reader)
    schedule, timezone = _schedule(reader, kind)
    health = read_health(reader, kind, ports)
    replicas = reader.integer("replicas", 1, 0, MAX_REPLICAS)
    autoscaling = _autoscaling(reader, kind)
    spec = ServiceSpec(
        name=name,
        kind=kind,
        version=_version(reader, image),
        image=image,
        command=command,
        args=reader.texts("args"),
        ports=ports,
        health=health,
        replicas=replicas,
        autoscaling=autoscaling,
        resources=_resources(reader),
        env=_env(reader),
        secrets=_secrets(reader),
        needs=read_needs(reader),
        routes=read_routes(reader, ports),
        placement=read_placement(reader),
        release=_release(reader, kind, autoscaling.minimum if autoscaling else replicas, health.grace),
        termination_grace=reader.number("termination_grace", 15, 0, 3600),
        labels=_labels(reader),
        schedule=schedule,
        timezone=timezone,
    )
    return spec, reader.problems


def parse_service(name: str, description: Mapping[str, Any]) -> ServiceSpec:
    """Like :func:`read_service`, but raises :class:`foxden.InvalidInput` when anything is wrong."""
    spec, problems = read_service(name, description)
    check(problems)
    return spec


def _program(reader: Reader) -> tuple[str | None, tuple[str, ...]]:
    image = reader.text("image", late=True)
    if image and not isinstance(image, Unknown) and not _image_match(image):
        reader.complain("image", f"must be like 'registry.example.com/team/name:tag', got {shown(image)}")
    command = reader.program("command")
    if reader.has("image") == reader.has("command"):
        reader.complain(None, "needs either image or command" + (", got both" if reader.has("image") else ""))
    return image, command


def _image_match(image: str) -> re.Match[str] | None:
    return _IMAGE.match(image) if len(image) <= _LONGEST_IMAGE else None


def _version(reader: Reader, image: str | None) -> str:
    given: str | None = reader.text("version", late=True)
    if given and not isinstance(given, Unknown) and not _VERSION.match(given):
        reader.complain("version", f"must be up to 128 letters, digits and '._+-', got {shown(given)}")
    if given:
        return given
    if isinstance(image, Unknown):
        return UNKNOWN
    match = _image_match(image) if image else None
    if not match:
        return "dev"
    tag, digest = match["tag"], match["digest"]
    return str(tag or (digest[:12] if digest else "latest"))


def _resources(reader: Reader) -> Resources:
    cpu = reader.number("cpu", 0.1, 0.01, 128)
    memory = reader.integer("memory", 128, 4, 1048576)
    cpu_limit = reader.number("cpu_limit", None, 0.01, 128)
    memory_limit = reader.integer("memory_limit", None, 4, 1048576)
    for key, limit, wanted in (("cpu_limit", cpu_limit, cpu), ("memory_limit", memory_limit, memory)):
        if limit is not None and limit < wanted:
            reader.complain(key, f"must be at least {key.removesuffix('_limit')} ({wanted:.15g}), got {limit:.15g}")
    return Resources(cpu=cpu, memory=memory, cpu_limit=cpu_limit, memory_limit=memory_limit)


def _autoscaling(reader: Reader, kind: ServiceKind) -> Autoscaling | None:
    entry = reader.sub("autoscaling")
    if entry is None:
        return None
    entry.only(AutoscalingArgs.__annotations__)
    if reader.has("replicas"):
        entry.complain(None, "must not be given beside replicas")
    if kind not in (ServiceKind.SERVICE, ServiceKind.WORKER):
        entry.complain(None, f"must not be given for kind '{kind}'")
    entry.require("min", "max")
    low, high = entry.integer("min", 1, 1, MAX_REPLICAS), entry.integer("max", MAX_REPLICAS, 1, MAX_REPLICAS)
    if low > high:
        entry.complain("max", f"must be at least min ({low}), got {high}")
    return Autoscaling(low, high, entry.integer("cpu_percent", 70, 1, 100))


def _env(reader: Reader) -> Mapping[str, str]:
    values = reader.text_map("env", late=True)
    _check_env_names(reader, "env", values)
    return values


def _check_env_names(reader: Reader, key: str, names: Iterable[str]) -> None:
    for name in names:
        if not _ENV_NAME.match(name):
            reader.complain(f"{key}.{name}", "is no ENV name: letters, digits and '_', not a digit first")


def _secrets(reader: Reader) -> Mapping[str, str]:
    entry = reader.sub("secrets")
    names = entry.given if entry else {}
    _check_env_names(reader, "secrets", names)
    for name, secret in names.items():
        wrong = secret_problem(secret)
        if wrong:
            reader.complain(f"secrets.{name}", wrong)
    return {name: secret for name, secret in names.items() if not secret_problem(secret)}


def _release(reader: Reader, kind: ServiceKind, fewest: int, grace: float) -> Release:
    entry = reader.sub("release") or reader.nested("release", {})
    entry.only(ReleaseArgs.__annotations__)
    if entry.given and kind in (ServiceKind.JOB, ServiceKind.CRON):
        entry.complain(None, f"must not be given for kind '{kind}'")
    strategy = entry.choice("strategy", ReleaseStrategy.ROLLING)
    canaries = entry.integer("canaries", 1, 1, MAX_REPLICAS)
    if entry.has("canaries") and strategy != ReleaseStrategy.CANARY:
        entry.complain("canaries", f"must not be given for strategy '{strategy}'")
    elif canaries > max(fewest, 1):
        bound = "autoscaling.min" if reader.has("autoscaling") else "replicas"
        entry.complain("canaries", f"must be at most {bound} ({fewest}), got {canaries}")
    deadline = entry.number("deadline", max(180, 2 * grace), 5, 7200)
    if deadline <= grace:
        entry.complain("deadline", f"must be above health.grace ({grace:.15g}), got {deadline:.15g}")
    return Release(
        strategy=strategy,
        max_parallel=entry.integer("max_parallel", 1, 1, MAX_REPLICAS),
        canaries=canaries,
        min_healthy=entry.number("min_healthy", 3, 0, 3600),
        deadline=deadline,
        auto_revert=entry.flag("auto_revert", True),
    )


def _labels(reader: Reader) -> Mapping[str, str]:
    labels = reader.text_map("labels")
    for key, value in labels.items():
        if not _LABEL_KEY.match(key):
            reader.complain(f"labels.{key}", "is no label name: up to 63 letters, digits and '._/-'")
        if len(value) > 63:
            reader.complain(f"labels.{key}", f"must have at most 63 characters, got {len(value)}")
    return labels


def _schedule(reader: Reader, kind: ServiceKind) -> tuple[str | None, str]:
    schedule, timezone = reader.text("schedule"), reader.text("timezone", "UTC")
    if kind != ServiceKind.CRON:
        for key in ("schedule", "timezone"):
            if reader.has(key):
                reader.complain(key, f"must not be given for kind '{kind}'")
        return None, "UTC"
    if not reader.has("schedule"):
        reader.complain("schedule", "must be given for kind 'cron'")
    problem = cron_problem(schedule) if schedule else None
    if problem:
        reader.complain("schedule", f"must be a cron line of five fields ({problem}), got {shown(schedule)}")
    if not is_timezone(timezone):
        reader.complain("timezone", f"must be an IANA time zone such as 'Europe/Vienna', got {shown(timezone)}")
    return schedule, timezone


def is_timezone(name: str) -> bool:
    """Whether it is the IANA name of a time zone."""
    if name == "UTC":  # also where the machine has no time zone data
        return True
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True


def cron_problem(line: str) -> str | None:
    """Say what keeps ``line`` from being a cron line of five fields, or None."""
    # Imported here: few services are cron jobs, and the rest need not pay for it.
    from datetime import datetime

    from cronsim import CronSim, CronSimError

    if len(line.split()) != 5:
        return f"it has {len(line.split())}"
    try:
        CronSim(line, datetime(2000, 1, 1))
    except CronSimError as error:
        return str(error).lower()
    return None
