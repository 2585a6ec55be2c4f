"""The contract of what a cloud gives."""

from typing import Protocol

import pulumi

from foxden.connection import ConnectionArgs


class Cluster(Protocol):
    """A cluster, whether it was built here or was there before: both are used in the same way."""

    @property
    def providers(self) -> list[pulumi.ProviderResource]:
        """The Pulumi providers for what is put onto it: hand them to components as ``ResourceOptions(providers=...)``,
        and they share them instead of starting their own."""

    def connection(self, environment: str, domain: str) -> ConnectionArgs:
        """The connection for one environment on the cluster; ``domain`` is the environment's DNS domain."""
