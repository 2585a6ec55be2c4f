"""The contract of a scheduler, and the one table that finds them."""

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Optional, Protocol, TypeVar, cast

import pulumi

from foxden.boot.node import Endpoint, Flow, Node, Role, Secrets, Software
from foxden.boot.program import Program
from foxden.connection import Connection, ConnectionArgs
from foxden.errors import Problem, check
from foxden.service.discovery import Provided, Target
from foxden.service.reader import did_you_mean
from foxden.service.spec import HealthCheck, PortProtocol, ReleaseStrategy, ServiceKind, ServiceSpec

if TYPE_CHECKING:  # only who builds a cluster needs to know what its programs are
    from foxden.schedulers.releases import Release

Manifest = Mapping[str, Any]
"""What a scheduler is going to be told, rendered: plain data that goes through JSON unchanged."""

Value = TypeVar("Value")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Capabilities:
    """What a scheduler can do. A wish beyond it is an error at preview."""

    kinds: frozenset[ServiceKind] = frozenset(ServiceKind)
    strategies: frozenset[ReleaseStrategy] = frozenset(ReleaseStrategy)
    checks: frozenset[HealthCheck] = frozenset(HealthCheck)
    need_protocols: frozenset[PortProtocol] = frozenset(PortProtocol)
    """Protocols of a port that other services can need."""
    images: bool = True
    commands: bool = True
    autoscaling: bool = True
    cpu_limits: bool = True
    timezones: bool = True


@dataclass(frozen=True)
class Environment:
    """What an environment is to a scheduler."""

    secrets: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Name to value of the secrets that its services may refer to. The values are Pulumi secrets."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Free facts for people and tools: owner, expiry."""
    options: pulumi.Input[Mapping[str, pulumi.Input[str]]] = field(default_factory=dict)
    """The connection's options."""


NO_VERSIONS: Mapping[str, str] = MappingProxyType({})
"""The versions of secrets where none are told."""


@dataclass(frozen=True)
class Deployed:
    """What a deployment gives back once it is known to be good."""

    version: pulumi.Output[str]
    """The version that runs."""
    address: pulumi.Output[Optional[str]]
    """Name of the default port in the cluster's discovery; none for a service without ports."""


class Scheduler(Protocol):
    """What each scheduler's package offers, as ``SCHEDULER`` in its ``__init__``.

    ``render`` and ``problems`` are pure. Only the methods that take a parent or options create resources, and only they
    may import the scheduler's SDK.
    """

    name: str
    capabilities: Capabilities
    packages: tuple[str, ...]
    """Names of the Pulumi packages whose resources it creates."""

    def problems(self, spec: ServiceSpec, connection: ConnectionArgs) -> list[Problem]:
        """What this scheduler can't do of a valid service, beyond its capabilities.

        ``connection`` may still lack values that come from other resources; only plain ones can be judged.
        """

    def render(
        self,
        spec: ServiceSpec,
        connection: Connection,
        targets: Mapping[str, Target],
        secret_versions: Mapping[str, str] = NO_VERSIONS,
    ) -> Manifest:
        """What the scheduler is to be told. ``targets`` has every need of the service.

        ``secret_versions`` says which values of secrets the service is to have, as :meth:`environment` called them;
        a scheduler whose services follow a secret by themselves leaves them aside.
        """

    def providers(self, connection: ConnectionArgs, parent: pulumi.Resource) -> list[pulumi.ProviderResource]:
        """The Pulumi providers for a cluster, as children of ``parent``."""

    def deploy(self, spec: ServiceSpec, manifest: pulumi.Input[Manifest], opts: pulumi.ResourceOptions) -> Deployed:
        """Create a service's resources.

        ``spec`` decides which resources there are; its unknown texts are known in ``manifest`` only.
        ``opts`` has the parent and the providers, and is for every resource alike.
        """

    def environment(
        self, name: str, environment: Environment, opts: pulumi.ResourceOptions
    ) -> Mapping[str, pulumi.Output[str]]:
        """Create what an environment needs before services come: its namespace and its secrets.

        Gives name to version of the secrets, no secrets themselves, where services have to be told them; else nothing.
        """

    def ingress(self, connection: pulumi.Input[Connection], opts: pulumi.ResourceOptions) -> None:
        """Create the cluster's way in from outside, which follows the routes of its services."""


class Nodes(Protocol):
    """What a scheduler knows of the machines that it runs on. All of it is pure.

    A scheduler whose clusters can be built here has it as ``nodes``.
    """

    KEPT: Mapping[str, str]
    """Field of a connection to where its value is kept, below :attr:`foxden.boot.node.Node.parameters`."""

    ENDPOINT: Optional[Endpoint]
    """What the servers are reached by at one address, which nodes are told as :attr:`foxden.boot.node.Node.endpoint`.
    None where nodes find each server by themselves."""

    RELEASES: Mapping[str, "Release"]
    """What is installed on its nodes, by the names that ``programs`` of :meth:`software` has."""

    def software(
        self,
        mirror: Optional[str] = None,
        programs: Optional[Mapping[str, Mapping[str, Any]]] = None,
        processor: str = "amd64",
        apt_mirror: str = "",
    ) -> Software:
        """What is installed on a node: see :class:`foxden.SoftwareArgs`. Raises InvalidInput with all that is wrong."""

    ADDRESSES: tuple[str, ...]
    """Addresses that only the inside of a cluster knows, as CIDRs: no network that it is in may have any of them."""

    def version(self, software: Software, role: Role) -> Optional[str]:
        """The version, like ``1.34.4``, that the machines of a role have of what must rise one minor at a time.

        None where any may follow any.
        """

    def node_problems(self, node: Node) -> Iterable[str]:
        """What of a node this scheduler can't be told, a line each: ``meta.disk must ...``."""

    def group_tags(self, node: Node) -> Mapping[str, str]:
        """Tags of a pool's group, and not of its machines, for what scales it from inside the cluster."""

    def program(self, role: Role) -> Program:
        """What the machines of a role run beside the scheduler: they fetch it when they start."""

    def boot(self, node: Node, software: Software, bucket: str) -> str:
        """What a machine is told when it starts, as base64; the same bytes for the same node. ``bucket`` has its
        program."""

    def flows(self) -> tuple[Flow, ...]:
        """Who may talk to whom."""

    def secrets(self, role: Role, pool: str) -> Secrets:
        """What the machines of a role, in a pool, may read and write of the cluster's secrets."""

    def connection_options(self, cluster: str) -> Mapping[str, str]:
        """The options of a connection to a cluster of that name."""


SCHEDULERS = {"kubernetes": "foxden.schedulers.kubernetes", "nomad": "foxden.schedulers.nomad"}
"""Name to the module that has ``SCHEDULER``. A project may add its own before it creates components."""


def scheduler_problem(name: str) -> str | None:
    """Say why ``name`` is no scheduler's, or None."""
    known = sorted(SCHEDULERS)
    return None if name in known else f"must be one of {', '.join(known)}, got {name!r}{did_you_mean(name, known)}"


def scheduler(name: str) -> Scheduler:
    """The scheduler of that name; its module is imported now, not before."""
    wrong = scheduler_problem(name)
    check([Problem("cluster", f"scheduler {wrong}")] if wrong else [])
    return cast(Scheduler, importlib.import_module(SCHEDULERS[name]).SCHEDULER)


def nodes_problem(name: str) -> str | None:
    """Say why no cluster of the scheduler of that name can be built, or None."""
    wrong = scheduler_problem(name)
    if wrong or _nodes(name):
        return wrong
    able = [known for known in sorted(SCHEDULERS) if _nodes(known)]
    return f"must be one whose clusters can be built ({', '.join(able) or 'none yet'}), got {name!r}"


def nodes(name: str) -> Nodes:
    """What the scheduler of that name knows of its machines."""
    wrong = nodes_problem(name)
    check([Problem("cluster", f"scheduler {wrong}")] if wrong else [])
    return cast(Nodes, _nodes(name))


def _nodes(name: str) -> Optional[Nodes]:
    return cast(Optional[Nodes], getattr(scheduler(name), "nodes", None))


def unsupported(spec: ServiceSpec, targets: Mapping[str, Target], chosen: Scheduler) -> list[Problem]:
    """A problem for each wish that the chosen scheduler can't fulfil, with the schedulers that can."""
    wishes: list[tuple[str, Callable[[Capabilities], bool]]] = [
        (f"kind '{spec.kind}'", lambda can: spec.kind in can.kinds),
        (f"release.strategy '{spec.release.strategy}'", lambda can: spec.release.strategy in can.strategies),
        (f"health by {spec.health.check}", lambda can: spec.health.check in can.checks),
        ("image", lambda can: can.images or spec.image is None),
        ("command", lambda can: can.commands or not spec.command),
        ("autoscaling", lambda can: can.autoscaling or spec.autoscaling is None),
        ("cpu_limit", lambda can: can.cpu_limits or spec.resources.cpu_limit is None),
        (f"timezone '{spec.timezone}'", lambda can: can.timezones or spec.timezone == "UTC"),
    ]
    for need in spec.needs:
        target = targets.get(need)
        if isinstance(target, Provided):
            wishes.append((f"needs '{need}' over {target.protocol}", _reaches(target.protocol)))
    return [
        Problem(spec.subject, f"{wish} is not possible with scheduler '{chosen.name}' ({_who_can(fulfils)})")
        for wish, fulfils in wishes
        if not fulfils(chosen.capabilities)
    ]


def _reaches(protocol: PortProtocol) -> Callable[[Capabilities], bool]:
    return lambda can: protocol in can.need_protocols


def _who_can(fulfils: Callable[[Capabilities], bool]) -> str:
    able = [name for name in sorted(SCHEDULERS) if fulfils(scheduler(name).capabilities)]
    return f"possible with: {', '.join(able)}" if able else "nor with any other scheduler yet"


def mapped(value: pulumi.Input[Value], change: Callable[[Value], Result]) -> pulumi.Input[Result]:
    """``change`` applied now to a plain value, or to an output when that is known."""
    if isinstance(value, pulumi.Output):
        return cast("pulumi.Output[Result]", value.apply(change))
    return change(cast(Value, value))


def child_options(
    chosen: Scheduler,
    connection: ConnectionArgs,
    component: pulumi.ComponentResource,
    opts: Optional[pulumi.ResourceOptions],
) -> pulumi.ResourceOptions:
    """The options of a component's children: with new providers, unless it was given or inherits them.

    What the component was told to depend on, its children depend on: Pulumi itself doesn't hand that down.
    """
    missing = [package for package in chosen.packages if not component.get_provider(f"{package}:index:Any")]
    made = chosen.providers(connection, component) if missing else []
    providers = [provider for provider in made if provider.package in missing]
    return pulumi.ResourceOptions(parent=component, providers=providers, depends_on=opts.depends_on if opts else None)
