"""A cluster that is already there."""

from collections.abc import Mapping
from typing import NotRequired, Optional, TypedDict

import pulumi

from foxden.connection import ConnectionArgs
from foxden.errors import check
from foxden.schedulers.base import scheduler
from foxden.service.cluster import connection_problems


class ExistingClusterArgs(TypedDict):
    """How a cluster that is already there is reached. The fields are those of :class:`foxden.ConnectionArgs`."""

    scheduler: str
    """What runs services there: ``nomad``."""
    address: pulumi.Input[str]
    """URL of the scheduler's API."""
    token: NotRequired[pulumi.Input[str]]
    """Credential for the scheduler's API. Default: none."""
    token_reference: NotRequired[pulumi.Input[str]]
    """Where that credential is kept, in place of itself: ``aws-ssm:/foxden/dev/operators/nomad-token``.
    Default: none."""
    discovery_address: NotRequired[pulumi.Input[str]]
    """URL of the discovery's API (Consul)."""
    discovery_token: NotRequired[pulumi.Input[str]]
    """Credential for the discovery's API. Default: none."""
    discovery_token_reference: NotRequired[pulumi.Input[str]]
    """Where that credential is kept, in place of itself. Default: none."""
    ca: NotRequired[pulumi.Input[str]]
    """The certificate, as PEM text, of the authority that both APIs' certificates are from. Default: the machine's own
    authorities."""
    ca_reference: NotRequired[pulumi.Input[str]]
    """Where that certificate is kept, in place of itself. Default: none."""
    ingress_scheme: NotRequired[pulumi.Input[str]]
    """``http`` or ``https``. Default: ``https``."""
    ingress_port: NotRequired[pulumi.Input[int]]
    """The port that users outside connect to. Default: the scheme's own."""
    options: NotRequired[Mapping[str, pulumi.Input[str]]]
    """What only this scheduler needs to know. Default: nothing."""


class ExistingCluster(pulumi.ComponentResource):
    """A cluster that is already there: nothing of it is created, changed or taken away."""

    address: pulumi.Output[str]
    """URL of the scheduler's API."""

    def __init__(self, name: str, args: ExistingClusterArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        check(connection_problems(args, ExistingClusterArgs))
        chosen = scheduler(args["scheduler"])
        super().__init__("foxden:index:ExistingCluster", name, None, opts)
        self._args = args
        self._own_providers = chosen.providers(self.connection("default", ""), self)
        self.address = pulumi.Output.from_input(args["address"])
        self.register_outputs({"address": self.address})

    @property
    def providers(self) -> list[pulumi.ProviderResource]:
        """The Pulumi providers for what is put onto it; see :attr:`foxden.clouds.base.Cluster.providers`."""
        return list(self._own_providers)

    def connection(self, environment: str, domain: str) -> ConnectionArgs:
        """The connection for one environment; see :meth:`foxden.clouds.base.Cluster.connection`."""
        connection: ConnectionArgs = {**self._args, "environment": environment, "domain": domain}
        for credential in ("token", "discovery_token"):
            if connection.get(credential) is not None:
                connection[credential] = pulumi.Output.secret(connection[credential])
        return connection
