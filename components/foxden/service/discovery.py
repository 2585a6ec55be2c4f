"""Discovery, injected: from what a service needs to the ENV that tells it where that is. Nothing is ever queried."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any
from urllib.parse import urlsplit

from foxden.errors import Problem
from foxden.naming import MAX_PORT, MAX_SERVICE, env_prefix, label_problem, need_problem, split_need
from foxden.service.args import EndpointArgs
from foxden.service.reader import UNKNOWN, Reader, Unknown, did_you_mean, shown
from foxden.service.spec import PortProtocol, ServiceKind, ServiceSpec

SCHEME_PORTS = {
    "http": 80, "https": 443, "grpc": 80, "ws": 80, "wss": 443, "postgres": 5432, "postgresql": 5432, "mysql": 3306,
    "redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671, "mongodb": 27017, "ldap": 389, "ldaps": 636,
    "smtp": 25, "nats": 4222,
}  # fmt: skip
"""The ports that URL schemes mean when the URL names none (IANA's registry and the projects' own documentation)."""

_URL = re.compile(r"[!-~]+\Z")


@dataclass(frozen=True)
class Provided:
    """A port of a service of the same environment."""

    service: str
    port: str = ""
    """Name of the port, '' for the service's default one."""
    protocol: PortProtocol = PortProtocol.HTTP


@dataclass(frozen=True)
class External:
    """A thing outside the cluster, at an address of its own."""

    url: str
    host: str
    port: int


Target = Provided | External
"""What a need stands for."""


@dataclass(frozen=True)
class Address:
    """Where a target is, as an instance of the needing service is told it. Parts may be the scheduler's references."""

    url: str
    host: str
    port: str


def provided(specs: Iterable[ServiceSpec]) -> dict[str, Target]:
    """Every need that these services satisfy: ``pods`` for the default port, ``pods:admin`` for each named one."""
    targets: dict[str, Target] = {}
    for spec in specs:
        for port in spec.ports:
            is_default = port == spec.default_port
            target = Provided(spec.name, "" if is_default else port.name, port.protocol)
            targets[f"{spec.name}:{port.name}"] = target
            if is_default:
                targets[spec.name] = target
    return targets


def parse_endpoints(subject: str, given: Any, problems: list[Problem]) -> dict[str, Target]:
    """Read a mapping of :class:`foxden.EndpointArgs` into targets.

    One that is wrong has a target all the same: whoever needs it is not to blame.
    """
    reader = Reader(subject, {} if given is None else given, "endpoints", problems)
    targets: dict[str, Target] = {}
    for name, value in reader.given.items():
        wrong = need_problem(name)
        if wrong:
            reader.complain(name, wrong)
        targets[name] = _NOT_KNOWN if isinstance(value, Unknown) else _target(reader.nested(name, value))
    return targets


_NOT_KNOWN = External(UNKNOWN, UNKNOWN, 0)


def _target(entry: Reader) -> Target:
    entry.only(EndpointArgs.__annotations__)
    if entry.has("url") == entry.has("service"):
        if entry.readable:
            entry.complain(None, "needs either url or service")
        return _NOT_KNOWN
    if entry.has("url"):
        for key in ("port", "protocol"):
            if entry.has(key):
                entry.complain(key, "must not be given beside url")
        return _external(entry) or _NOT_KNOWN
    service, port = entry.text("service", ""), entry.text("port", "")
    for key, name, longest in (("service", service, MAX_SERVICE), ("port", port, MAX_PORT)):
        wrong = label_problem(name, longest) if name else None
        if wrong:
            entry.complain(key, wrong)
    return Provided(service, port, entry.choice("protocol", PortProtocol.HTTP))


def _external(entry: Reader) -> External | None:
    url = entry.text("url", late=True)
    if url is None or isinstance(url, Unknown):
        return None
    # Whatever is wrong with it, a password is not repeated.
    told = shown(re.sub("//.*@", "//***@", url, flags=re.DOTALL))
    try:
        parts = urlsplit(url if _URL.match(url) else "")
        port = parts.port if parts.port is not None else SCHEME_PORTS.get(parts.scheme)
    except ValueError as error:
        entry.complain("url", f"is no URL ({error}), got {told}")
        return None
    if not parts.scheme or not parts.hostname:
        entry.complain("url", f"must be like 'https://host:port/path', got {told}")
    elif parts.password:
        entry.complain("url", "must not hold a password; give it as one of the environment's secrets")
    elif not port:
        entry.complain("url", f"needs a port, since none is known for '{parts.scheme}', got {told}")
    else:
        return External(url, parts.hostname, port)
    return None


def need_problems(spec: ServiceSpec, targets: Mapping[str, Target]) -> list[Problem]:
    """Needs that nobody provides, that are the service itself, or that give an ENV name twice."""
    problems = []
    names = sorted(targets)
    for need in spec.needs:
        if split_need(need)[0] == spec.name:
            problems.append(Problem(spec.subject, f"needs must not name the service itself, got '{need}'"))
        elif need not in targets:
            problems.append(Problem(spec.subject, f"needs '{need}', which nobody provides{did_you_mean(need, names)}"))
    return problems + _clashes(spec)


def cycles(specs: Iterable[ServiceSpec]) -> list[Problem]:
    """A problem for each cycle of needs: such services wait for each other and can't start in any order."""
    # Sorted, so that the same cycle is told in the same words every time.
    graph = {spec.name: sorted({split_need(need)[0] for need in spec.needs} - {spec.name}) for spec in specs}
    problems: list[Problem] = []
    while True:
        try:
            TopologicalSorter(graph).prepare()
            return problems
        except CycleError as error:
            # graphlib names a cycle from the needed to the needing; people read it the other way round.
            loop = list(reversed(error.args[1]))
            problems.append(Problem(f"service '{loop[0]}'", f"needs form a cycle: {' -> '.join(loop)}"))
            graph[loop[0]].remove(loop[1])


def need_names(need: str) -> tuple[str, str, str]:
    """The ENV names that a need gives: URL, host, port."""
    prefix = env_prefix(need.replace(":", "_"))
    return f"{prefix}_URL", f"{prefix}_HOST", f"{prefix}_PORT"


def injected_names(spec: ServiceSpec) -> dict[str, list[str]]:
    """Every ENV name that is set without the developer's doing, with all that would set it."""
    names: dict[str, list[str]] = defaultdict(list)
    for name in ("SERVICE_NAME", "SERVICE_VERSION", "ENVIRONMENT", "INSTANCE_ID"):
        names[name].append("the scheduler")
    if spec.kind == ServiceKind.SERVICE:
        names["HOST"].append("the scheduler")
        names["PORT"].append("the scheduler")
        for port in spec.ports:
            names[port_env_name(port.name)].append(f"port '{port.name}'")
    for need in spec.needs:
        for name in need_names(need):
            names[name].append(f"need '{need}'")
    return dict(names)


def port_env_name(port: str) -> str:
    """The ENV name that tells a service the port to listen on: ``PORT_ADMIN``."""
    return f"PORT_{env_prefix(port)}"


def _clashes(spec: ServiceSpec) -> list[Problem]:
    problems = []
    injected = injected_names(spec)
    for name, sources in injected.items():
        if len(sources) > 1:
            problems.append(Problem(spec.subject, f"ENV {name} would be set by {' and by '.join(sources)}"))
    for field in ("env", "secrets"):
        for name in getattr(spec, field):
            if name in injected:
                problems.append(
                    Problem(spec.subject, f"{field}.{name} clashes with the one set by {injected[name][0]}")
                )
    for name in spec.env:
        if name in spec.secrets:
            problems.append(Problem(spec.subject, f"env.{name} is in secrets, too"))
    return problems


def needs_env(addresses: Mapping[str, Address]) -> dict[str, str]:
    """The ENV that tells a service where its needs are."""
    env = {}
    for need, address in addresses.items():
        url, host, port = need_names(need)
        env.update({url: address.url, host: address.host, port: address.port})
    return env
