"""What a service developer writes. Durations are seconds, memory is MiB, cpu is cores.

Structure is plain data, known before anything runs; only ``image``, ``version``, the values of ``env`` and
endpoints may be outputs of other resources.
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from foxden.connection import ConnectionArgs
from foxden.service.spec import PortProtocol, ReleaseStrategy, ServiceKind


class PortArgs(TypedDict):
    """A named port."""

    port: int
    """The port that the service listens on, 1 to 65535. It is told the one to use as ENV ``PORT_<NAME>``."""
    protocol: NotRequired[PortProtocol]
    """What it speaks: ``http``, ``grpc`` or ``tcp``. Default: ``http``."""


class HealthArgs(TypedDict):
    """How an instance's health is found: one of ``path``, ``tcp`` and ``command``."""

    path: NotRequired[str]
    """HTTP GET of this path answers 2xx, at a port that speaks HTTP. Default for such a port: ``/health``."""
    tcp: NotRequired[bool]
    """True: the port accepts a connection. Default for a port that doesn't speak HTTP; false is left out."""
    command: NotRequired[Sequence[str]]
    """This command, run inside the instance, ends with 0."""
    port: NotRequired[str]
    """Name of the port to ask. Default: the first."""
    interval: NotRequired[float]
    """Seconds between two checks, 1 to 300, at most ``grace``. Default: 3."""
    timeout: NotRequired[float]
    """Seconds after which a check has failed, 0.1 to 60. Default: 2."""
    grace: NotRequired[float]
    """Seconds that a new instance has to become healthy, 1 to 3600. Default: 60."""


class AutoscalingArgs(TypedDict):
    """Bounds between which the scheduler chooses the number of instances."""

    min: int
    """The fewest instances, 1 to 1000."""
    max: int
    """The most instances, ``min`` to 1000."""
    cpu_percent: NotRequired[int]
    """The average use of the requested cpu to aim at, 1 to 100. Default: 70."""


class RouteArgs(TypedDict):
    """An address outside under which the service is reached."""

    host: NotRequired[str]
    """Relative to the environment's domain (``app``), or absolute with a dot at its end (``www.example.com.``).
    Default: the environment's domain itself."""
    path: NotRequired[str]
    """Path prefix; ``/api`` takes ``/api`` and all below ``/api/``. The longest match wins. Default: ``/``."""
    port: NotRequired[str]
    """Name of the port to route to. Default: the first."""
    strip_path: NotRequired[bool]
    """Take the prefix away before the service sees the request. Default: false."""


class ReleaseArgs(TypedDict):
    """How a new version takes the place of the old one."""

    strategy: NotRequired[ReleaseStrategy]
    """``rolling``, ``canary`` or ``blue-green``. Default: ``rolling``."""
    max_parallel: NotRequired[int]
    """How many instances change at a time, at least 1. Default: 1."""
    canaries: NotRequired[int]
    """For ``canary``: how many instances of the new version come first, 1 to ``replicas`` (or ``autoscaling.min``).
    Default: 1."""
    min_healthy: NotRequired[float]
    """Seconds that an instance must stay healthy before the next one changes, 0 to 3600. Default: 3."""
    deadline: NotRequired[float]
    """Seconds without progress after which a release has failed, 5 to 7200, above ``health.grace``.
    Default: 180, or two times ``health.grace`` if that is more."""
    auto_revert: NotRequired[bool]
    """Go back to the last good version when a release fails. Default: true."""


class PlacementArgs(TypedDict):
    """Which machines a service may run on: those that are all that is named here."""

    pool: NotRequired[str]
    """Machines of this pool, also where it is a dedicated one. Default: of all that are not dedicated."""
    node_class: NotRequired[str]
    """Machines of this class. Default: of any."""
    meta: NotRequired[Mapping[str, str]]
    """Machines whose facts have these values: up to 58 letters, digits and ``._-`` to a text that is not empty.
    Default: whatever theirs are."""


class ServiceDescription(TypedDict):
    """A service, as its developer describes it, with no knowledge of where it runs."""

    kind: NotRequired[ServiceKind]
    """``service``, ``worker`` (no port), ``job`` (once) or ``cron``. Default: ``service``."""
    image: NotRequired[pulumi.Input[str]]
    """Container image, with a tag or digest. Either this or ``command``."""
    command: NotRequired[Sequence[str]]
    """Program and first arguments, for a machine without containers. Either this or ``image``."""
    args: NotRequired[Sequence[str]]
    """Arguments after ``command``, or in place of the image's own. Default: none."""
    version: NotRequired[pulumi.Input[str]]
    """What the service calls this version; it is told as ENV ``SERVICE_VERSION``.
    Up to 128 letters, digits and ``._+-``. Default: the image's tag, or the first 12 digits of its digest, or
    ``latest`` for an image with neither; ``dev`` for a command."""
    port: NotRequired[int]
    """The one HTTP port that the service listens on, named ``http``; for others see ``ports``.
    It is told the one to use as ENV ``PORT``."""
    ports: NotRequired[Mapping[str, PortArgs]]
    """Several ports, or one that doesn't speak HTTP, by name; the first is the default one."""
    health: NotRequired[HealthArgs]
    """How an instance's health is found. Default: see its fields; none for other kinds than ``service``."""
    replicas: NotRequired[int]
    """Number of instances, 0 to 1000. Default: 1."""
    autoscaling: NotRequired[AutoscalingArgs]
    """Bounds for a number of instances that follows the load, in place of ``replicas``."""
    cpu: NotRequired[float]
    """Cores that an instance is sure to get, 0.01 to 128. Default: 0.1."""
    cpu_limit: NotRequired[float]
    """Cores that an instance gets at most, at least ``cpu``. Default: no limit."""
    memory: NotRequired[int]
    """MiB that an instance is sure to get, 4 to 1048576. Default: 128."""
    memory_limit: NotRequired[int]
    """MiB above which an instance is killed, at least ``memory``. Default: ``memory``."""
    env: NotRequired[Mapping[str, pulumi.Input[str]]]
    """ENV for the service. Never a secret: see ``secrets``."""
    secrets: NotRequired[Mapping[str, str]]
    """ENV name to the name of a secret of the environment."""
    needs: NotRequired[Sequence[str]]
    """Services and external endpoints that it calls: ``pods``, or ``pods:admin`` for a named port. Each gives ENV
    ``PODS_URL``, ``PODS_HOST`` and ``PODS_PORT`` (``PODS_ADMIN_URL`` ...)."""
    routes: NotRequired[Sequence[RouteArgs]]
    """Addresses outside. Default: none, the service is reached by other services alone."""
    placement: NotRequired[PlacementArgs]
    """Which machines it may run on. Default: all that are not dedicated to others."""
    release: NotRequired[ReleaseArgs]
    """How a new version comes in. Default: rolling, one at a time, back by itself when it fails."""
    termination_grace: NotRequired[float]
    """Seconds between SIGTERM and SIGKILL, 0 to 3600. Default: 15."""
    labels: NotRequired[Mapping[str, str]]
    """Free labels for people and tools. Default: none."""
    schedule: NotRequired[str]
    """For ``cron``: a cron line of five fields."""
    timezone: NotRequired[str]
    """For ``cron``: IANA name of the schedule's time zone. Default: ``UTC``."""


class EndpointArgs(TypedDict):
    """Something that can be needed: a service of the same cluster and environment, or a thing outside."""

    url: NotRequired[pulumi.Input[str]]
    """URL of a thing outside: ``postgres://db.example.com:5432/foxden``. Either this or ``service``."""
    service: NotRequired[str]
    """Name of a service deployed elsewhere into the same environment."""
    port: NotRequired[str]
    """With ``service``: name of the port. Default: its default port."""
    protocol: NotRequired[PortProtocol]
    """With ``service``: what the port speaks. Default: ``http``."""


class ServiceArgs(ServiceDescription):
    """A service and where it goes."""

    cluster: ConnectionArgs
    """The connection of the cluster that runs it."""
    endpoints: NotRequired[Mapping[str, pulumi.Input[EndpointArgs]]]
    """What ``needs`` may name: name to endpoint, such as another :class:`foxden.Service` has as its output. Default:
    nothing."""
    secret_versions: NotRequired[pulumi.Input[Mapping[str, str]]]
    """Which values of its secrets it has, as a :class:`foxden.Environment` calls them: so a changed secret rolls it.
    Default: the ones there are when an instance starts."""
