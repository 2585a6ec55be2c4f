"""The connection: the plain data that a cluster gives out and a service takes in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NotRequired, Optional, TypedDict, cast

import pulumi


class ConnectionArgs(TypedDict):
    """How to reach a cluster, and which environment of it to use. It crosses stack and project borders."""

    scheduler: str
    """What runs services there: ``nomad`` or ``kubernetes``."""
    environment: str
    """The environment that services are put into: the scheduler's namespace has its name."""
    domain: pulumi.Input[str]
    """The DNS domain of the environment; a route's host is relative to it: ``foxden.localhost``."""
    address: pulumi.Input[str]
    """URL of the scheduler's API: ``http://127.0.0.1:4646``."""
    token: NotRequired[pulumi.Input[str]]
    """Credential for the scheduler's API. Give it as a Pulumi secret. Default: none."""
    token_reference: NotRequired[pulumi.Input[str]]
    """Where that credential is kept, in place of itself: ``aws-ssm:/foxden/dev/operators/nomad-token``. Whoever deploys
    reads it there, with an identity of their own. Default: none."""
    discovery_address: NotRequired[pulumi.Input[str]]
    """URL of the discovery's API, for a scheduler whose discovery is a program of its own (Consul), or for services
    that are bound to Consul elsewhere: see :class:`foxden.ConsulAccess`."""
    discovery_token: NotRequired[pulumi.Input[str]]
    """Credential for the discovery's API. Give it as a Pulumi secret. Default: none."""
    discovery_token_reference: NotRequired[pulumi.Input[str]]
    """Where that credential is kept, in place of itself. Default: none."""
    ca: NotRequired[pulumi.Input[str]]
    """The certificate, as PEM text, of the authority that both APIs' certificates are from. Default: the machine's own
    authorities."""
    ca_reference: NotRequired[pulumi.Input[str]]
    """Where that certificate is kept, in place of itself. Default: none."""
    ingress_scheme: NotRequired[pulumi.Input[str]]
    """``http`` or ``https``, as a user outside sees it. Default: ``https``."""
    ingress_port: NotRequired[pulumi.Input[int]]
    """The port that users outside connect to. Default: 443 for https, 80 for http."""
    options: NotRequired[Mapping[str, pulumi.Input[str]]]
    """What only this scheduler needs to know, by name; the scheduler's own page in docs/ lists it."""


CREDENTIALS = ("token", "discovery_token")
"""The fields that are secret."""

REFERRED = (*CREDENTIALS, "ca")
"""The fields that may be kept elsewhere; the field ``<name>_reference`` then says where."""

PRIVATE = frozenset((*REFERRED, *(f"{key}_reference" for key in REFERRED)))
"""The fields that only a provider needs, and no renderer sees."""

PRIVATE_OPTIONS = frozenset({"kubeconfig"})
"""The same among the options: they may hold a credential."""


@dataclass(frozen=True)
class Connection:
    """A :class:`ConnectionArgs` whose values are known, without the credentials: what a pure renderer may see."""

    scheduler: str
    environment: str
    domain: str
    address: str
    discovery_address: Optional[str] = None
    ingress_scheme: str = "https"
    ingress_port: int = 443
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def ingress_authority_suffix(self) -> str:
        """What follows the host in a URL: ``:8080``, or nothing for the scheme's own port."""
        usual = {"http": 80, "https": 443}.get(self.ingress_scheme)
        return "" if self.ingress_port == usual else f":{self.ingress_port}"


def shared_connection(exported: pulumi.Input[Mapping[str, Any]], scheduler: str, environment: str) -> ConnectionArgs:
    """The connection that another stack exported, as an output, in the form that components take.

    ``scheduler`` and ``environment`` are said again here, because they decide what is created and must be known at
    preview. Example: ``shared_connection(pulumi.StackReference("org/foxden/dev").require_output("connection"),
    "nomad", "dev")``.
    """
    known = pulumi.Output.from_input(exported)

    def field_of(key: str) -> pulumi.Output[Any]:
        value = known.apply(lambda connection: connection.get(key))
        # The whole export is a secret because of its credentials; the rest of it is not.
        return value if key in CREDENTIALS else pulumi.Output.unsecret(value)

    rest = {key: field_of(key) for key in ConnectionArgs.__annotations__ if key not in ("scheduler", "environment")}
    return cast(ConnectionArgs, {"scheduler": scheduler, "environment": environment, **rest})
