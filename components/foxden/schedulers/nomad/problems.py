"""What Nomad or Consul would refuse of a valid service, or change on the way (pure)."""

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
    keys: dict[str, str] = {}
    for label, value in sorted(spec.labels.items()):
        twin = keys.setdefault(label_key(label), label)
        if twin != label:
            yield f"labels.{label} and labels.{twin} are one to Consul, which knows letters, digits, '-' and '_' only"
        if is_reference(value):
            yield f"labels.{label} must not hold '${{name}}', which Nomad would replace"


def _facts(spec: ServiceSpec) -> dict[str, str]:
    return {f"meta.{key}": value for key, value in spec.placement.meta.items()}
