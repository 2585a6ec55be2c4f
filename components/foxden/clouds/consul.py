"""Consul: its provider, and tokens of least privilege for services that are still bound to it.

The rules are pure. The SDK is imported when something is created.
"""

from dataclasses import dataclass
from typing import Any, Optional, cast
from urllib.parse import urlsplit

import pulumi

from foxden.clouds.references import resolved
from foxden.connection import ConnectionArgs
from foxden.errors import Problem, check
from foxden.extras import need
from foxden.naming import discovery_name

PACKAGE = "consul"
EVERY = "*"
"""Stands for every service, where names of services are listed."""

NO_CONSUL = Problem("cluster", "discovery_address must be given: it is where Consul is")


@dataclass(frozen=True)
class Access:
    """What one service of an environment may do in Consul. Without anything it may do nothing."""

    service: str
    environment: str
    reads: tuple[str, ...] = ()
    """Keys; one that ends with '/' stands for all below it."""
    writes: tuple[str, ...] = ()
    """Keys that it may write, and read, too."""
    discovers: tuple[str, ...] = ()
    """Names in Consul of services whose instances it may ask for."""
    registers: tuple[str, ...] = ()
    """Names in Consul under which it registers itself."""
    locks: bool = False
    """Whether it makes sessions, for locks and elections."""

    @property
    def policy_name(self) -> str:
        """The policies of all environments share one list; Pulumi adds to it, for two of them may have one name."""
        return f"foxden-access-{discovery_name(self.service, self.environment)}"


def rules(access: Access) -> str:
    """The policy of an access, in HCL. The strongest of two rules for the same thing is the one that is there."""
    found: dict[tuple[str, str], str] = {}
    for key in access.reads:
        found[_key(key)] = "read"
    for key in access.writes:
        found[_key(key)] = "write"
    for name in access.discovers:
        found[("service_prefix", "") if name == EVERY else ("service", name)] = "read"
    if access.discovers:
        # Where an instance is, its node says.
        found[("node_prefix", "")] = "read"
    for name in access.registers:
        found[("service", name)] = "write"
    if access.locks:
        found[("session_prefix", "")] = "write"
    return "".join(f'{kind} "{name}" {{\n  policy = "{may}"\n}}\n' for (kind, name), may in sorted(found.items()))


def _key(key: str) -> tuple[str, str]:
    return ("key_prefix" if key.endswith("/") else "key", key)


def create_provider(connection: ConnectionArgs, parent: pulumi.Resource) -> pulumi.ProviderResource:
    """A provider for Consul at the connection's address, with its token and its authority.

    Raises InvalidInput for a connection without Consul.
    """
    need("consul")
    import pulumi_consul as consul

    url = connection.get("discovery_address")
    check([NO_CONSUL] if url is None else [])
    return cast(
        pulumi.ProviderResource,
        consul.Provider(
            # Pulumi tells resources apart by name and by the types of their parents, not by the names of those.
            f"{parent.pulumi_resource_name}-consul",
            address=_part(url, "netloc"),
            scheme=_part(url, "scheme"),
            token=resolved(connection, "discovery_token", parent),
            ca_pem=resolved(connection, "ca", parent),
            opts=pulumi.ResourceOptions(parent=parent),
        ),
    )


def _part(url: Any, part: str) -> pulumi.Input[str]:
    if isinstance(url, pulumi.Output):
        return url.apply(lambda known: cast(str, getattr(urlsplit(known), part)))
    return cast(str, getattr(urlsplit(url), part))


def create_access(
    access: Access,
    connection: ConnectionArgs,
    component: pulumi.ComponentResource,
    opts: Optional[pulumi.ResourceOptions],
) -> pulumi.Output[str]:
    """A policy and a token that has it and no other; the token itself, as a secret."""
    import pulumi_consul as consul

    provider = component.get_provider(f"{PACKAGE}:index:Any") or create_provider(connection, component)
    within = pulumi.ResourceOptions(parent=component, provider=provider, depends_on=opts.depends_on if opts else None)
    name = component.pulumi_resource_name
    policy = consul.AclPolicy(
        access.policy_name,
        description=f"What service '{access.service}' of environment '{access.environment}' does in Consul",
        rules=rules(access),
        opts=pulumi.ResourceOptions.merge(within, pulumi.ResourceOptions(aliases=[pulumi.Alias(name=name)])),
    )
    token = consul.AclToken(
        name,
        description=access.policy_name,
        policies=[policy.name],
        opts=within,
    )
    found = consul.get_acl_token_secret_id_output(
        accessor_id=token.id, opts=pulumi.InvokeOutputOptions(parent=component, provider=provider)
    )
    return pulumi.Output.secret(found.apply(lambda known: known.secret_id))
