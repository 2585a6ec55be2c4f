"""A whole scheduler: machines with systemd, which take their units from Consul's key-value store.

On each machine something small watches ``hosts/<environment>/`` there (consul-template does) and installs what it
finds. The contract is explained in ``foxden.schedulers.base``; what is here is all that it takes.
"""

from collections.abc import Mapping

import pulumi

from foxden.connection import Connection, ConnectionArgs
from foxden.errors import Problem
from foxden.schedulers.base import NO_VERSIONS, Capabilities, Deployed, Environment, Manifest, mapped
from foxden.service.discovery import Address, External, Provided, Target, needs_env
from foxden.service.spec import HealthCheck, ReleaseStrategy, ServiceKind, ServiceSpec

PACKAGE = "consul"


class Hosts:
    """See :class:`foxden.schedulers.base.Scheduler`."""

    name = "hosts"
    packages = (PACKAGE,)
    capabilities = Capabilities(
        kinds=frozenset({ServiceKind.SERVICE, ServiceKind.WORKER}),
        strategies=frozenset({ReleaseStrategy.ROLLING}),
        checks=frozenset(HealthCheck) - {HealthCheck.COMMAND},
        images=False,
        autoscaling=False,
        timezones=False,
    )

    def problems(self, spec: ServiceSpec, connection: ConnectionArgs) -> list[Problem]:
        """Units lie in plain text in Consul: no secret may be among them."""
        return [Problem(spec.subject, "secrets are not possible with scheduler 'hosts'")] if spec.secrets else []

    def render(
        self,
        spec: ServiceSpec,
        connection: Connection,
        targets: Mapping[str, Target],
        secret_versions: Mapping[str, str] = NO_VERSIONS,
    ) -> Manifest:
        """One unit, by the key it gets."""
        return {
            "key": f"hosts/{connection.environment}/{spec.name}.service",
            "unit": _unit(spec, _env(spec, connection, targets)),
            "version": spec.version,
        }

    def providers(self, connection: ConnectionArgs, parent: pulumi.Resource) -> list[pulumi.ProviderResource]:
        """One for Consul."""
        import pulumi_consul as consul

        return [
            consul.Provider(
                f"{parent.pulumi_resource_name}-consul",
                address=connection["address"],
                token=connection.get("token"),
                opts=pulumi.ResourceOptions(parent=parent),
            )
        ]

    def deploy(self, spec: ServiceSpec, manifest: pulumi.Input[Manifest], opts: pulumi.ResourceOptions) -> Deployed:
        """The key."""
        key = _key(spec.name, mapped(manifest, lambda one: one["key"]), mapped(manifest, lambda one: one["unit"]), opts)
        told = pulumi.Output.all(mapped(manifest, lambda one: one["version"]), key.id)
        address = f"{spec.name}.service.consul" if spec.ports else None
        return Deployed(version=told.apply(lambda both: str(both[0])), address=pulumi.Output.from_input(address))

    def environment(
        self, name: str, environment: Environment, opts: pulumi.ResourceOptions
    ) -> Mapping[str, pulumi.Output[str]]:
        """A note of whose it is."""
        _key(name, f"hosts/{name}/.owner", environment.notes.get("owner", ""), opts)
        return {}

    def ingress(self, connection: pulumi.Input[Connection], opts: pulumi.ResourceOptions) -> None:
        """There is a balancer in front of the machines, which is nobody's business here."""


def _key(
    name: str, path: pulumi.Input[str], value: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> pulumi.CustomResource:
    import pulumi_consul as consul

    return consul.Keys(name, keys=[consul.KeysKeyArgs(path=path, value=value, delete=True)], opts=opts)


def _env(spec: ServiceSpec, connection: Connection, targets: Mapping[str, Target]) -> dict[str, str]:
    port = spec.default_port
    own = {"PORT": str(port.number), "HOST": "0.0.0.0"} if port else {}  # noqa: S104 (the balancer is on another machine)
    return {
        "SERVICE_NAME": spec.name,
        "SERVICE_VERSION": spec.version,
        "ENVIRONMENT": connection.environment,
        **own,
        **needs_env({need: _address(targets[need]) for need in spec.needs}),
        **spec.env,
    }


def _address(target: Target) -> Address:
    """Where a machine finds it: Consul's own names are resolved everywhere here."""
    if isinstance(target, External):
        return Address(target.url, target.host, str(target.port))
    assert isinstance(target, Provided)
    host = f"{target.service}.service.consul"
    return Address(f"http://{host}", host, "80")


def _unit(spec: ServiceSpec, env: Mapping[str, str]) -> str:
    limit = spec.resources.cpu_limit
    lines = [
        "[Unit]",
        f"Description={spec.name} {spec.version}",
        "[Service]",
        f"ExecStart={' '.join([*spec.command, *spec.args])}",
        *(f'Environment="{name}={value}"' for name, value in sorted(env.items())),
        f"MemoryMax={spec.resources.memory_limit or spec.resources.memory}M",
        *([f"CPUQuota={limit:.0%}"] if limit else []),
        f"TimeoutStopSec={spec.termination_grace:g}",
        "Restart=always",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return "\n".join(lines) + "\n"


SCHEDULER = Hosts()
