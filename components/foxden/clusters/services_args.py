"""What users say of what runs in a cluster beside services."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from foxden.connection import ConnectionArgs


class ClusterServiceArgs(TypedDict):
    """What every cluster service takes; an empty mapping is enough for many."""

    pool: NotRequired[str]
    """The pool whose machines run it, dedicated or not; what runs on every machine is not asked. Default: any that is
    not dedicated."""
    images: NotRequired[Mapping[str, str]]
    """Image by the name of what it is of, in place of the pinned one. docs/cluster-services.md has the names."""
    deadline: NotRequired[int]
    """Seconds that its pods have to get well, 10 to 3600: ``pulumi up`` fails then, and says what is wrong. Default:
    600."""


class CoreDnsArgs(ClusterServiceArgs):
    """CoreDNS, which looks up names for pods."""

    address: NotRequired[str]
    """The address that machines tell their pods to ask. Default: that of clusters which are built here."""
    replicas: NotRequired[int]
    """How many, 1 to 20. Default: 2."""


class EbsCsiArgs(ClusterServiceArgs):
    """Disks of Amazon's for pods, encrypted."""

    storage_class: NotRequired[str]
    """Name of their class, which claims get that name none. Default: ``gp3``."""
    key: NotRequired[pulumi.Input[str]]
    """ARN of the key that they are encrypted with. Default: Amazon's own."""


class ClusterAutoscalerArgs(ClusterServiceArgs):
    """As many machines in a pool as pods ask for, within its bounds."""

    unneeded_minutes: NotRequired[int]
    """Minutes that a machine must be of little use before it goes, 1 to 120. Default: 10."""


class ExternalDnsArgs(ClusterServiceArgs):
    """DNS records at Route 53 for the hosts of routes. They lead where the ingress says: see the option
    ``ingress_hostname`` of a connection."""

    domains: Sequence[str]
    """It looks after hosts below these domains alone."""
    removes: NotRequired[bool]
    """True: it removes records of its own whose routes are gone. Default: false."""


class DashboardArgs(ClusterServiceArgs):
    """Headlamp: shows the cluster, read-only, to who signs in."""

    host: NotRequired[str]
    """Host, as of a route, that it is reached at through the ingress. Default: none, by ``kubectl port-forward``
    alone."""
    oidc_issuer: NotRequired[str]
    """URL of who signs people in; the API must know it, too. Default: none, people show a token."""
    oidc_client: NotRequired[str]
    """Its public client there."""


class LoggingArgs(ClusterServiceArgs):
    """Fluent Bit: brings logs of pods to one of the two."""

    loki: NotRequired[pulumi.Input[str]]
    """URL of a Loki: ``https://loki.example.com``."""
    cloudwatch_group: NotRequired[pulumi.Input[str]]
    """Name of a log group of CloudWatch, that is there."""


class PrometheusArgs(ClusterServiceArgs):
    """Prometheus with what tells it of machines and objects, and the usual alarms."""

    days: NotRequired[int]
    """Days that measurements are kept, 1 to 365. Default: 15."""
    disk: NotRequired[int]
    """GiB of the disk that they are kept on, 0 to 16384. Default: 0, none: they are gone with the pod."""
    storage_class: NotRequired[str]
    """Class of that disk. Default: the cluster's default one."""
    alertmanager: NotRequired[pulumi.Input[str]]
    """``host:port`` of an Alertmanager that is told of alarms. Default: none."""


class CertificatesArgs(ClusterServiceArgs):
    """cert-manager, and a ClusterIssuer ``foxden`` that asks an authority which speaks ACME."""

    email: NotRequired[str]
    """Whom the authority tells of trouble. Default: no issuer is made."""
    server: NotRequired[str]
    """URL of the authority. Default: that of Let's Encrypt."""
    zones: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Domain to id of its zone at Route 53, where ownership is proven. Default: none, by HTTP through the ingress."""


class ClusterServicesArgs(TypedDict):
    """What runs in a cluster beside services. Nothing does that is not named: a cluster may have its own already."""

    cluster: ConnectionArgs
    """The connection of the cluster. What is here is there once, for all its environments."""
    name: NotRequired[str]
    """The cluster's name, as Amazon knows it. Needed by what asks Amazon."""
    region: NotRequired[str]
    """The region that the cluster is in. Needed by what asks Amazon."""
    mirror: NotRequired[str]
    """What stands in the names of images in place of their registry's host, such as ``registry.example.com/mirror``.
    Default: the registries that they are published at."""
    host_network: NotRequired[bool]
    """What the API asks, and what uses a machine's identity, is in the machines' own network: for masters that have no
    way to pods, and machines that give their identity to no pod. Default: true."""
    ingress: NotRequired[bool]
    """True: the ingress, as by :class:`foxden.Ingress`. Default: false."""
    coredns: NotRequired[CoreDnsArgs]
    """Names. Default: none."""
    metrics_server: NotRequired[ClusterServiceArgs]
    """metrics-server, for autoscaling of services and ``kubectl top``. Default: none."""
    cloud_controller: NotRequired[ClusterServiceArgs]
    """Amazon's cloud controller: machines that are gone are gone in the cluster, too. Default: none."""
    ebs_csi: NotRequired[EbsCsiArgs]
    """Disks. Default: none."""
    cluster_autoscaler: NotRequired[ClusterAutoscalerArgs]
    """Size of pools. Default: none."""
    external_dns: NotRequired[ExternalDnsArgs]
    """DNS records. Default: none."""
    dashboard: NotRequired[DashboardArgs]
    """Dashboard. Default: none."""
    logging: NotRequired[LoggingArgs]
    """Logs. Default: none."""
    prometheus: NotRequired[PrometheusArgs]
    """Measurements and alarms. Default: none."""
    certificates: NotRequired[CertificatesArgs]
    """Certificates. Default: none."""
