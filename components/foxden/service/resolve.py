"""Checks the services of an environment against each other, and finds what each one needs. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from foxden.errors import Problem
from foxden.naming import split_need
from foxden.service.args import EndpointArgs
from foxden.service.discovery import External, Target, cycles, need_problems, parse_endpoints, provided
from foxden.service.parse import read_service
from foxden.service.reader import Reader, Unknown, did_you_mean
from foxden.service.spec import ServiceSpec

SUBJECT = "environment"
"""How errors call what the services have in common."""


def resolve(
    services: Any, endpoints: Any, secrets: Any, domain: str
) -> tuple[list[ServiceSpec], dict[str, Target], list[Problem]]:
    """Read all services of an environment.

    ``secrets`` are the names of the secrets that the environment has, None when that is not known. Returns the specs
    in the order given, what their needs stand for, and every problem there is.
    """
    problems: list[Problem] = []
    specs: list[ServiceSpec] = []
    reader = Reader(SUBJECT, {"services": services, "endpoints": endpoints, "secrets": secrets}, "", problems)
    named = reader.sub("services")
    for name, description in services.items() if named and named.readable else ():
        if isinstance(name, str):
            spec, found = read_service(name, description)
            specs.append(spec)
            problems += found
    outside = parse_endpoints(SUBJECT, endpoints, problems)
    names = {spec.name for spec in specs}
    problems += [
        Problem(SUBJECT, f"endpoints.{name} has the name of a service")
        for name in outside
        if split_need(name)[0] in names
    ]
    targets = {**outside, **provided(specs)}
    known = reader.texts("secrets") if reader.has("secrets") else None
    for spec in specs:
        problems += need_problems(spec, targets)
        if known is not None:
            problems += _missing_secrets(spec, frozenset(known))
    return specs, targets, problems + cycles(specs) + _twin_routes(specs, domain)


def endpoint_args(target: Target) -> EndpointArgs:
    """The :class:`foxden.EndpointArgs` that mean the same as a target."""
    if isinstance(target, External):
        return {"url": target.url}
    args: EndpointArgs = {"service": target.service, "protocol": target.protocol}
    if target.port:
        args["port"] = target.port
    return args


def needed(spec: ServiceSpec, targets: Mapping[str, Target]) -> dict[str, EndpointArgs]:
    """Of all the targets, those that a service needs."""
    return {need: endpoint_args(targets[need]) for need in spec.needs}


def version_problems(subject: str, versions: Any) -> list[Problem]:
    """What is wrong with the versions of secrets, as far as they are known."""
    reader = Reader(subject, {} if isinstance(versions, Unknown) else {"secret_versions": versions})
    reader.text_map("secret_versions", late=True)
    return reader.problems


def _missing_secrets(spec: ServiceSpec, known: frozenset[str]) -> list[Problem]:
    return [
        Problem(
            spec.subject,
            f"secrets.{name} names '{secret}', which the environment doesn't have{did_you_mean(secret, known)}",
        )
        for name, secret in spec.secrets.items()
        if secret not in known
    ]


def _twin_routes(specs: Iterable[ServiceSpec], domain: str) -> list[Problem]:
    taken: dict[tuple[str, str], ServiceSpec] = {}
    problems = []
    for spec in specs:
        for position, route in enumerate(spec.routes):
            first = taken.setdefault((route.host_in(domain), route.path), spec)
            if first is not spec:
                where = f"host '{route.host}', path '{route.path}'"
                problems.append(Problem(spec.subject, f"routes[{position}] is taken by {first.subject}: {where}"))
    return problems
