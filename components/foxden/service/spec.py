"""The frozen description of a service, after validation. Durations are seconds, memory is MiB, cpu is cores."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ServiceKind(StrEnum):
    """How a service lives."""

    SERVICE = "service"
    """Runs always and is reached through its ports."""
    WORKER = "worker"
    """Runs always and has no port."""
    JOB = "job"
    """Runs once to its end, whenever its description changes."""
    CRON = "cron"
    """Runs to its end at every time of its schedule."""


class PortProtocol(StrEnum):
    """What a port speaks."""

    HTTP = "http"
    """HTTP/1.1, WebSocket included."""
    GRPC = "grpc"
    """HTTP/2 without TLS."""
    TCP = "tcp"
    """Anything else."""


class HealthCheck(StrEnum):
    """How an instance is asked whether it is well."""

    HTTP = "http"
    """A GET that answers 2xx."""
    TCP = "tcp"
    """A connection that is accepted."""
    COMMAND = "command"
    """A command inside the instance that ends with 0."""
    NONE = "none"
    """It is well while its process runs."""


class ReleaseStrategy(StrEnum):
    """How a new version takes the place of the old one."""

    ROLLING = "rolling"
    """A few instances at a time."""
    CANARY = "canary"
    """A few instances beside the old ones first; the rest rolls when those are healthy."""
    BLUE_GREEN = "blue-green"
    """A whole new set beside the old one; the old one goes when the new one is healthy."""


@dataclass(frozen=True)
class Port:
    """A port that a service listens on."""

    name: str
    number: int
    protocol: PortProtocol = PortProtocol.HTTP


@dataclass(frozen=True)
class Health:
    """How the health of one instance is found."""

    check: HealthCheck
    path: str = ""
    port: str = ""
    command: tuple[str, ...] = ()
    interval: float = 3
    timeout: float = 2
    grace: float = 60


@dataclass(frozen=True)
class Resources:
    """What one instance asks for, and at most gets."""

    cpu: float = 0.1
    memory: int = 128
    cpu_limit: float | None = None
    memory_limit: int | None = None


@dataclass(frozen=True)
class Autoscaling:
    """Bounds within which the scheduler chooses the number of instances."""

    minimum: int
    maximum: int
    cpu_percent: int = 70


@dataclass(frozen=True)
class Route:
    """An address outside under which a service is reached."""

    host: str = ""
    path: str = "/"
    port: str = ""
    strip_path: bool = False

    def host_in(self, domain: str) -> str:
        """The full host name in an environment of that domain."""
        if self.host.endswith("."):
            return self.host[:-1]
        return f"{self.host}.{domain}" if self.host else domain


@dataclass(frozen=True)
class Placement:
    """Which machines a service may run on: those that are all that is named here; '' for any."""

    pool: str = ""
    node_class: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Release:
    """How a new version comes in, and when that counts as done."""

    strategy: ReleaseStrategy = ReleaseStrategy.ROLLING
    max_parallel: int = 1
    canaries: int = 1
    min_healthy: float = 3
    deadline: float = 180
    auto_revert: bool = True


@dataclass(frozen=True)
class ServiceSpec:
    """A service, whole and valid. Made by :func:`foxden.service.parse.parse_service`."""

    name: str
    kind: ServiceKind = ServiceKind.SERVICE
    version: str = "dev"
    image: str | None = None
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    ports: tuple[Port, ...] = ()
    health: Health = Health(HealthCheck.NONE)
    replicas: int = 1
    autoscaling: Autoscaling | None = None
    resources: Resources = Resources()
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    placement: Placement = field(default_factory=Placement)
    release: Release = Release()
    termination_grace: float = 15
    labels: Mapping[str, str] = field(default_factory=dict)
    schedule: str | None = None
    timezone: str = "UTC"

    @property
    def subject(self) -> str:
        """How errors call it."""
        return f"service '{self.name}'"

    @property
    def default_port(self) -> Port | None:
        """The port that a need or a route means when it names none: the first."""
        return self.ports[0] if self.ports else None

    def port(self, name: str) -> Port | None:
        """The port of that name ('' for the default one), or None."""
        if not name:
            return self.default_port
        return next((port for port in self.ports if port.name == name), None)
