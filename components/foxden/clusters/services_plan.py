"""What is to run in a cluster beside services, whole and valid (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Optional


@dataclass(frozen=True)
class Extra:
    """What every cluster service has."""

    pool: str = ""
    """The pool whose machines run it, '' for any that is not dedicated. Not for what runs on every machine."""
    images: Mapping[str, str] = field(default_factory=dict)
    """Image by the name of what it is of, where the pinned one is not wanted."""
    deadline: int = 600
    """Seconds that its pods have to get well."""


@dataclass(frozen=True)
class CoreDns(Extra):
    """Looks up names for pods."""

    address: str = ""
    """The address that machines tell their pods to ask."""
    replicas: int = 2
    domain: str = "cluster.local"
    """The domain of the cluster's own names."""


@dataclass(frozen=True)
class MetricsServer(Extra):
    """Says what pods and machines use now, for autoscaling and people."""


@dataclass(frozen=True)
class CloudController(Extra):
    """Tells the API what the cloud knows of machines, and takes those away that the cloud has no more."""


@dataclass(frozen=True)
class EbsCsi(Extra):
    """Makes disks of the cloud for pods."""

    storage_class: str = "gp3"
    """The class of encrypted disks, which claims get that name none."""
    key: str = ""
    """The key that disks are encrypted with. '' for the cloud's own."""


@dataclass(frozen=True)
class ClusterAutoscaler(Extra):
    """Gives pools as many machines as pods ask for."""

    unneeded_minutes: int = 10


@dataclass(frozen=True)
class ExternalDns(Extra):
    """Makes DNS records for routes."""

    domains: tuple[str, ...] = ()
    """It looks after these domains alone."""
    removes: bool = False
    """Whether it removes the records of routes that are gone."""


@dataclass(frozen=True)
class Dashboard(Extra):
    """Shows the cluster to people, read-only and behind authentication."""

    host: str = ""
    """Where it is reached, '' for by ``kubectl port-forward`` alone."""
    oidc_issuer: str = ""
    oidc_client: str = ""


@dataclass(frozen=True)
class Logging(Extra):
    """Brings what pods log to where it is kept. One of both."""

    loki: str = ""
    """URL of Loki."""
    cloudwatch_group: str = ""
    """Log group of Amazon CloudWatch."""


@dataclass(frozen=True)
class Prometheus(Extra):
    """Keeps the measurements of machines, pods and the cluster itself, and raises alarms."""

    days: int = 15
    """Days that they are kept."""
    disk: int = 0
    """GiB of the disk that they are kept on; 0 for the machine's, where they are lost with the pod."""
    storage_class: str = ""
    """The class of that disk, '' for the cluster's default."""
    alertmanager: str = ""
    """``host:port`` of who is told of alarms. '' for nobody."""


@dataclass(frozen=True)
class Certificates(Extra):
    """Issues and renews certificates."""

    email: str = ""
    """Who is told of trouble by the authority. '' for no authority: issuers are the users' own."""
    server: str = ""
    """URL of the authority, which speaks ACME."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """Domain to id of its zone at Route 53, where ownership is proven. None: by HTTP, through the ingress."""


@dataclass(frozen=True)
class ServicesPlan:
    """All of them; None for what is not wanted."""

    name: str = ""
    """The cluster's, as its cloud knows it."""
    region: str = ""
    mirror: str = ""
    """What stands before the names of images in place of their registries."""
    host_network: bool = True
    """Whether what the API asks, and what uses a machine's identity, is in the machines' network."""
    coredns: Optional[CoreDns] = None
    metrics_server: Optional[MetricsServer] = None
    cloud_controller: Optional[CloudController] = None
    ebs_csi: Optional[EbsCsi] = None
    cluster_autoscaler: Optional[ClusterAutoscaler] = None
    external_dns: Optional[ExternalDns] = None
    dashboard: Optional[Dashboard] = None
    logging: Optional[Logging] = None
    prometheus: Optional[Prometheus] = None
    certificates: Optional[Certificates] = None
