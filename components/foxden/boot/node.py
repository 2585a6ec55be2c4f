"""The facts of a node, and what a cluster's nodes ask of their cloud. Nothing here is secret (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LAUNCH_HOOK = "foxden-launch"
"""The lifecycle hook that a new node completes once it can do its work."""

TERMINATE_HOOK = "foxden-terminate"
"""The lifecycle hook that a node completes once it has handed over its work."""

JOIN_TAG = "foxden:servers"
"""The tag that each core server's instance has, with its cluster's name: nodes find servers by it."""

SERVERS = "servers"
"""The name that the core servers go by where workers go by the name of their pool."""


class Role(StrEnum):
    """What a node is in its cluster."""

    SERVER = "server"
    """One of the few with the control plane."""
    WORKER = "worker"
    """One of the many that run services."""


@dataclass(frozen=True)
class Binary:
    """A program that is fetched when a node starts, pinned by its checksum."""

    name: str
    """What it is called in ``/usr/local/bin``."""
    version: str
    url: str
    """Where the archive or the program itself lies: a ``.zip``, a ``.tar.gz``, or else the program."""
    checksum: str
    """Of what lies there, in hex: SHA-256, or SHA-512 where the publisher gives only that."""
    member: str = ""
    """The program's path in the archive. Default: ``name``."""


@dataclass(frozen=True)
class Software:
    """What is installed on a node."""

    binaries: tuple[Binary, ...]
    packages: tuple[str, ...] = ()
    """Debian packages, beyond those that the node itself needs."""
    apt_mirror: str = ""
    """URL that Debian packages are got from. Default: what the image says."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Path to text of what is there before packages are installed. Nothing secret may be in it."""
    units: tuple[str, ...] = ()
    """Units of those packages that are started before the node's own."""


@dataclass(frozen=True)
class Node:
    """What all nodes of one pool, or all core servers, are told. Durations are seconds."""

    cloud: str
    """The cloud they run on: ``aws``."""
    region: str
    cluster: str
    """The cluster's name; its datacenter is called so, too."""
    role: Role
    servers: int
    """How many core servers the cluster has: 1, 3 or 5. 0 for workers: they needn't know, and roll when it changes."""
    parameters: str
    """Where the cluster keeps its secrets: ``/foxden/dev``, without a slash at its end."""
    key: str
    """The key that those are encrypted with: its ARN."""
    pool: str = SERVERS
    """The name of its pool."""
    node_class: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)
    """Free facts about the nodes, that services may be placed by."""
    dedicated: bool = False
    """Whether only services that ask for this pool may run there."""
    registries: tuple[str, ...] = ()
    """Hosts of the registries that images are pulled from with the node's own identity."""
    registry_credentials: tuple[str, ...] = ()
    """Hosts of the registries whose credential is kept in ``shared/registries/<host>``, as JSON: username, password."""
    pull_test: str = ""
    """An image that a worker must be able to pull before it takes work. Default: none is pulled."""
    ingress_port: int = 8080
    """The port of the ingress on each worker."""
    unhealthy_after: int = 120
    """How long a server may be no healthy member before it is replaced."""
    drain_deadline: int = 300
    """How long a worker's services have to move when it goes."""
    certificate_hours: int = 72
    """How long a node's certificate is good; a third of it before its end it is renewed."""
    follow_within: int = 600
    """How long it takes until every node knows of new secrets; three times as long old tokens are good."""
    snapshots: str = ""
    """The bucket for snapshots of the control plane, below ``<cluster>/``. Default: none are made."""
    snapshot_minutes: int = 60
    """From one snapshot to the next."""
    endpoint: str = ""
    """Host name of the balancer before the servers. '' where there is none."""


@dataclass(frozen=True)
class Endpoint:
    """What a balancer before the servers passes on to them, to those alone that are well."""

    port: int
    """TCP, the same on both sides."""
    path: str
    """What answers 200 on that port, by HTTPS and without credentials, where a server is well."""


@dataclass(frozen=True)
class Flow:
    """Who may talk to whom inside a cluster: the only openings there are."""

    source: Role
    target: Role
    protocol: str
    """``tcp`` or ``udp``."""
    ports: tuple[int, int]
    """First and last."""
    why: str
    """For people. Amazon takes letters, digits, spaces and ``._-:/()#,@[]+=&;{}!$*`` in it: no apostrophe."""


@dataclass(frozen=True)
class Secrets:
    """Paths below :attr:`Node.parameters` that a role may use; one that ends with ``/*`` stands for all below it."""

    read: tuple[str, ...]
    write: tuple[str, ...] = ()
