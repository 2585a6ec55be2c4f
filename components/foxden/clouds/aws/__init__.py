"""The cloud ``aws``: a VPC, core servers and workers in auto scaling groups, secrets in SSM's Parameter Store."""

from collections.abc import Mapping
from types import MappingProxyType

import pulumi

from foxden.clouds.aws import network, pool, servers, subnets
from foxden.clouds.base import BuiltCore, BuiltNetwork, BuiltPool
from foxden.clouds.plan import CorePlan, NetworkPlan, PoolPlan
from foxden.errors import Problem


class Aws:
    """See :class:`foxden.clouds.base.Cloud`."""

    name = "aws"
    managed: Mapping[str, str] = MappingProxyType({"kubernetes": "foxden.clouds.aws.eks"})

    def region(self, zones: tuple[str, ...]) -> str:
        """All but the letter of a zone."""
        return subnets.region_of(zones[0])

    def zone_problems(self, zones: tuple[str, ...]) -> list[str]:
        """Availability zones have names like ``eu-central-1a``."""
        return subnets.zones_problems(zones)

    def parameters(self, cluster: str) -> str:
        """A path in SSM's Parameter Store."""
        return f"/foxden/{cluster}"

    def key(self, cluster: str) -> str:
        """The alias of a KMS key."""
        return f"alias/foxden-{cluster}"

    def reference(self, path: str) -> str:
        """A parameter in SSM."""
        return f"aws-ssm:{path}"

    def network_problems(self, plan: NetworkPlan) -> list[Problem]:
        """Zones, addresses, endpoints, tags."""
        return network.network_problems(plan)

    def core_problems(self, plan: CorePlan) -> list[Problem]:
        """Bootstrap, image, instance type, disk, tags."""
        return servers.core_problems(plan)

    def pool_problems(self, plan: PoolPlan) -> list[Problem]:
        """Image, instance types, disk, tags, warm pool."""
        return pool.pool_problems(plan)

    def network(self, plan: NetworkPlan, opts: pulumi.ResourceOptions) -> BuiltNetwork:
        """A VPC."""
        return network.create_network(plan, opts)

    def core(self, plan: CorePlan, opts: pulumi.ResourceOptions) -> BuiltCore:
        """Core servers."""
        return servers.create_core(plan, opts)

    def pool(self, plan: PoolPlan, opts: pulumi.ResourceOptions) -> BuiltPool:
        """An auto scaling group of workers."""
        return pool.create_pool(plan, opts)


CLOUD = Aws()
