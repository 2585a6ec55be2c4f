"""Foxden's infrastructure as components: services described once, run anywhere."""

from foxden.clouds.edge import BucketPurpose
from foxden.clouds.existing import ExistingCluster, ExistingClusterArgs
from foxden.clouds.plan import NatMode
from foxden.clusters.balancer import Balancer, BalancerArgs, BalancerDomain, BalancerDomainArgs, BalancerFacts
from foxden.clusters.bucket import Bucket, BucketArgs
from foxden.clusters.cluster_services import ClusterServices
from foxden.clusters.consul_access import ConsulAccess, ConsulAccessArgs
from foxden.clusters.core import CoreCluster
from foxden.clusters.core_args import CoreClusterArgs, CoreFacts, PodIdentityArgs, StoreFacts
from foxden.clusters.environment import Environment, EnvironmentArgs
from foxden.clusters.ingress import Ingress, IngressArgs
from foxden.clusters.machine_args import DiskArgs, ProgramArgs, SoftwareArgs
from foxden.clusters.network import (
    ExistingNetwork,
    ExistingNetworkArgs,
    Network,
    NetworkArgs,
    NetworkFacts,
    ZoneFacts,
)
from foxden.clusters.pool_args import (
    OnDemandArgs,
    RefreshArgs,
    ScalingArgs,
    ScheduleArgs,
    WarmPoolArgs,
    WorkerPoolArgs,
)
from foxden.clusters.private_zone import PrivateZone, PrivateZoneArgs
from foxden.clusters.registry import ImageBuildArgs, RegistryAuth, RegistryAuthArgs
from foxden.clusters.registry_spec import RegistryKind
from foxden.clusters.services_args import (
    CertificatesArgs,
    ClusterAutoscalerArgs,
    ClusterServiceArgs,
    ClusterServicesArgs,
    CoreDnsArgs,
    DashboardArgs,
    EbsCsiArgs,
    ExternalDnsArgs,
    LoggingArgs,
    PrometheusArgs,
)
from foxden.clusters.services_rights import cluster_service_policies
from foxden.clusters.worker_pool import WorkerPool
from foxden.connection import ConnectionArgs, shared_connection
from foxden.errors import InvalidInput, Problem
from foxden.service.args import (
    AutoscalingArgs,
    EndpointArgs,
    HealthArgs,
    PlacementArgs,
    PortArgs,
    ReleaseArgs,
    RouteArgs,
    ServiceArgs,
    ServiceDescription,
)
from foxden.service.component import Service
from foxden.service.services import Services, ServicesArgs
from foxden.service.spec import HealthCheck, PortProtocol, ReleaseStrategy, ServiceKind

__all__ = [
    "AutoscalingArgs",
    "Balancer",
    "BalancerArgs",
    "BalancerDomain",
    "BalancerDomainArgs",
    "BalancerFacts",
    "Bucket",
    "BucketArgs",
    "BucketPurpose",
    "CertificatesArgs",
    "ClusterAutoscalerArgs",
    "ClusterServiceArgs",
    "ClusterServices",
    "ClusterServicesArgs",
    "ConnectionArgs",
    "ConsulAccess",
    "ConsulAccessArgs",
    "CoreCluster",
    "CoreClusterArgs",
    "CoreDnsArgs",
    "CoreFacts",
    "DashboardArgs",
    "DiskArgs",
    "EbsCsiArgs",
    "EndpointArgs",
    "Environment",
    "EnvironmentArgs",
    "ExistingCluster",
    "ExistingClusterArgs",
    "ExistingNetwork",
    "ExistingNetworkArgs",
    "ExternalDnsArgs",
    "HealthArgs",
    "HealthCheck",
    "ImageBuildArgs",
    "Ingress",
    "IngressArgs",
    "InvalidInput",
    "LoggingArgs",
    "NatMode",
    "Network",
    "NetworkArgs",
    "NetworkFacts",
    "OnDemandArgs",
    "PlacementArgs",
    "PodIdentityArgs",
    "PortArgs",
    "PortProtocol",
    "PrivateZone",
    "PrivateZoneArgs",
    "Problem",
    "ProgramArgs",
    "PrometheusArgs",
    "RefreshArgs",
    "RegistryAuth",
    "RegistryAuthArgs",
    "RegistryKind",
    "ReleaseArgs",
    "ReleaseStrategy",
    "RouteArgs",
    "ScalingArgs",
    "ScheduleArgs",
    "Service",
    "ServiceArgs",
    "ServiceDescription",
    "ServiceKind",
    "Services",
    "ServicesArgs",
    "SoftwareArgs",
    "StoreFacts",
    "WarmPoolArgs",
    "WorkerPool",
    "WorkerPoolArgs",
    "ZoneFacts",
    "cluster_service_policies",
    "shared_connection",
]
