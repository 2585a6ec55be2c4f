"""The needs proxy: beside every instance that needs other services, at addresses that stay true (pure)."""

from collections.abc import Mapping
from typing import Any

from foxden.naming import discovery_name
from foxden.schedulers.nomad.caddy import Proxy, caddy_task
from foxden.schedulers.nomad.caddyfile import Upstream, needs_caddyfile, needs_pools
from foxden.schedulers.nomad.literal import env_value
from foxden.schedulers.nomad.options import NomadOptions
from foxden.schedulers.nomad.units import need_label
from foxden.service.discovery import Address, External, Provided, Target

TASK = "needs"
PORT_SEPARATOR = "--"


def consul_name(service: str, environment: str, port: str = "") -> str:
    """The name of a service's port in Consul; ``port`` is '' for the default one."""
    name = discovery_name(service, environment)
    return f"{name}{PORT_SEPARATOR}{port}" if port else name


def provided_needs(targets: Mapping[str, Target]) -> dict[str, Provided]:
    """The needs that go through the proxy."""
    return {need: target for need, target in sorted(targets.items()) if isinstance(target, Provided)}


def addresses(targets: Mapping[str, Target]) -> dict[str, Address]:
    """Where an instance finds each need: at the proxy beside it, or outside."""
    return {need: _address(need, target) for need, target in sorted(targets.items())}


def _address(need: str, target: Target) -> Address:
    if isinstance(target, External):
        return Address(env_value(target.url), env_value(target.host), str(target.port))
    port = f"${{NOMAD_PORT_{need_label(need)}}}"
    return Address(f"{target.protocol}://127.0.0.1:{port}", "127.0.0.1", port)


def needs_task(environment: str, needs: Mapping[str, Provided], options: NomadOptions) -> dict[str, Any]:
    """The proxy's task: it is up before the service's own and ends after it."""
    upstreams = [
        (
            need_label(need),
            Upstream(consul_name(target.service, environment, target.port), str(target.protocol)),
        )
        for need, target in needs.items()
    ]
    proxy = Proxy(
        name=TASK,
        caddyfile=needs_caddyfile(upstreams),
        pools=needs_pools(upstreams),
        memory=64,
        cores=0.05,
        termination_grace=5,
    )
    return {**caddy_task(proxy, options), "Lifecycle": {"Hook": "prestart", "Sidecar": True}}
