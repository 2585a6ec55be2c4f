"""What Kubernetes would refuse of a valid service, or read in another way (pure)."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from foxden.connection import ConnectionArgs
from foxden.errors import Problem
from foxden.schedulers.kubernetes.options import SUBJECT, KubernetesOptions, read_options
from foxden.schedulers.kubernetes.placement import LABEL_PART, label_problems, value_problem
from foxden.schedulers.kubernetes.pod import is_lasting
from foxden.schedulers.kubernetes.routes import STRIPPING_CLASS, strips
from foxden.schedulers.kubernetes.workload import canaries, healthy_deadline
from foxden.service.prepare import placeholders
from foxden.service.spec import ReleaseStrategy, Route, ServiceSpec

_LABEL_KEY = re.compile(rf"([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?{LABEL_PART}\Z", re.ASCII)
_KEPT_FOR = re.compile(r"(.*\.)?(kubernetes\.io|k8s\.io|foxden)/")

_ITEM = r"(\*|[0-9]+|[A-Za-z]{3})(-([0-9]+|[A-Za-z]{3}))?(/[0-9]+)?"
_SCHEDULE_FIELD = re.compile(rf"{_ITEM}(,{_ITEM})*\Z", re.ASCII)
_SUNDAY = re.compile(r"(^|[,-])7(?=$|[,/-])")

_BAD_IN_PATH = ("//", "/./", "/../", "%2f", "%2F")
_BAD_AT_END = ("/..", "/.")

_NOT_TAKEN = re.compile("[\x7f-\x9f\u2028\u2029\ufffe\uffff]")
"""What an object that is applied can't hold: the API reads it as YAML, where some of these are ends of lines."""

RESERVED = (
    "default",
    *(f"foxden-{name}" for name in ("certificates", "dashboard", "external-dns", "ingress", "logging", "machines")),
    "foxden-monitoring",
)
"""Namespaces that are no environment's: those of the ingress and of cluster services."""

_ACCOUNT = "default"
"""The ServiceAccount that the cluster gives each namespace; each service has one of its own name."""


def service_problems(spec: ServiceSpec, connection: ConnectionArgs) -> list[Problem]:
    """Everything that is in the way of running this service on that cluster."""
    given = placeholders(connection.get("options"))
    # As a whole they are unknown where the connection comes from another stack.
    options, problems = read_options(given if isinstance(given, Mapping) else {})
    wrong = environment_problem(connection["environment"], options)
    problems += [Problem(SUBJECT, wrong)] if wrong else []
    return problems + [Problem(spec.subject, message) for message in _messages(spec, options)]


def environment_problem(environment: str, options: KubernetesOptions) -> str | None:
    """Say why no environment can have that name, or None."""
    if environment in (*RESERVED, options.ingress_namespace) or environment.startswith("kube-"):
        return f"environment must not be {environment!r} with scheduler 'kubernetes': that namespace is the cluster's"
    return None


def _messages(spec: ServiceSpec, options: KubernetesOptions) -> Iterator[str]:
    if spec.name == _ACCOUNT:
        yield (
            f"name must not be '{_ACCOUNT}' with scheduler 'kubernetes': "
            "each namespace has a ServiceAccount of that name from the beginning"
        )
    yield from _about_texts(spec)
    yield from _about_labels(spec)
    yield from (f"placement.{wrong}" for wrong in label_problems(spec.placement.node_class, spec.placement.meta))
    yield from _about_release(spec)
    for position, route in enumerate(spec.routes):
        yield from _about_route(f"routes[{position}]", route, options)
    if spec.schedule is not None:
        yield from _about_schedule(spec.schedule)


def _about_texts(spec: ServiceSpec) -> Iterator[str]:
    texts = {f"env.{name}": value for name, value in spec.env.items()}
    for field, words in (("args", spec.args), ("health.command", spec.health.command)):
        texts |= {f"{field}[{position}]": word for position, word in enumerate(words)}
    for where, text in texts.items():
        bad = _NOT_TAKEN.search(text)
        if bad:
            yield f"{where} must not hold the character U+{ord(bad[0]):04X} with scheduler 'kubernetes'"


def _about_labels(spec: ServiceSpec) -> Iterator[str]:
    for key, value in sorted(spec.labels.items()):
        if not _LABEL_KEY.match(key):
            yield f"labels.{key} is no name of a label to Kubernetes: a lower-case domain before at most one '/'"
        elif _KEPT_FOR.match(key):
            yield f"labels.{key} is kept for the cluster itself"
        wrong = value_problem(value)
        if wrong:
            yield f"labels.{key} {wrong}"


def _about_release(spec: ServiceSpec) -> Iterator[str]:
    if not is_lasting(spec.kind):
        return
    if spec.release.deadline <= healthy_deadline(spec):
        yield (
            f"release.deadline must be above health.grace and release.min_healthy together "
            f"({healthy_deadline(spec):g}) with scheduler 'kubernetes', got {spec.release.deadline:g}"
        )
    if spec.release.strategy == ReleaseStrategy.BLUE_GREEN and spec.autoscaling:
        yield (
            "release.strategy 'blue-green' doesn't go with autoscaling with scheduler 'kubernetes': "
            "a set that serves nobody yet can't know how many it takes; choose rolling or canary"
        )
    apart = canaries(spec)
    if spec.autoscaling and spec.autoscaling.maximum <= apart:
        yield (
            f"autoscaling.max must be above {apart}, for release.canaries are apart from the others with scheduler "
            f"'kubernetes', and of those there is one at least; got {spec.autoscaling.maximum}"
        )


def _about_route(where: str, route: Route, options: KubernetesOptions) -> Iterator[str]:
    if strips(route) and options.ingress_class != STRIPPING_CLASS:
        yield (
            f"{where}.strip_path is not possible with the ingress class '{options.ingress_class}' "
            f"(possible with: {STRIPPING_CLASS})"
        )
    if any(bad in route.path for bad in _BAD_IN_PATH) or route.path.endswith(_BAD_AT_END):
        yield f"{where}.path must not hold '//', '/./', '/../' or '%2F' with scheduler 'kubernetes', got {route.path!r}"
    if _is_address(route.host.removesuffix(".")):
        yield f"{where}.host must be a name and no address with scheduler 'kubernetes', got {route.host!r}"


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def _about_schedule(schedule: str) -> Iterator[str]:
    fields = schedule.split()
    if not all(map(_SCHEDULE_FIELD.match, fields)) or _SUNDAY.search(fields[-1]):
        yield (
            "schedule must be numbers (0 is Sunday, 7 is none), names, '*', ',', '-' and '/' "
            f"with scheduler 'kubernetes', got {schedule!r}"
        )
