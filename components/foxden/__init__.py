"""Foxden's infrastructure as components: services described once, run anywhere."""

from foxden.clouds.existing import ExistingCluster, ExistingClusterArgs
from foxden.clusters.environment import Environment, EnvironmentArgs
from foxden.clusters.ingress import Ingress, IngressArgs
from foxden.clusters.registry import ImageBuildArgs, RegistryAuth, RegistryAuthArgs
from foxden.clusters.registry_spec import RegistryKind
from foxden.connection import ConnectionArgs, shared_connection
from foxden.errors import InvalidInput, Problem
from foxden.service.args import (
    AutoscalingArgs,
    EndpointArgs,
    HealthArgs,
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
    "ConnectionArgs",
    "EndpointArgs",
    "Environment",
    "EnvironmentArgs",
    "ExistingCluster",
    "ExistingClusterArgs",
    "HealthArgs",
    "HealthCheck",
    "ImageBuildArgs",
    "Ingress",
    "IngressArgs",
    "InvalidInput",
    "PortArgs",
    "PortProtocol",
    "Problem",
    "RegistryAuth",
    "RegistryAuthArgs",
    "RegistryKind",
    "ReleaseArgs",
    "ReleaseStrategy",
    "RouteArgs",
    "Service",
    "ServiceArgs",
    "ServiceDescription",
    "ServiceKind",
    "Services",
    "ServicesArgs",
    "shared_connection",
]
