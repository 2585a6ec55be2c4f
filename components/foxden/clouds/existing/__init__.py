"""The cloud ``existing``: hosts or a cluster that are already there. Your laptop is one."""

from foxden.clouds.existing.cluster import ExistingCluster, ExistingClusterArgs

__all__ = ["ExistingCluster", "ExistingClusterArgs"]
