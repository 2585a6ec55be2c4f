"""Discovery and who may talk to whom: Services of the cluster, and the policy of each service (pure)."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any

from foxden.connection import Connection
from foxden.schedulers.kubernetes.options import KubernetesOptions
from foxden.schedulers.kubernetes.units import NAME, joined, metadata, pods_of
from foxden.service.discovery import Address, External, Provided, Target
from foxden.service.spec import Port, PortProtocol, Route, ServiceSpec

PORT = 80
"""The port of every Service of the cluster, so that an address stays true when a program listens elsewhere."""

NEED = "needs.foxden/"
"""What the label of a pod that needs something begins with; the rest is the Service's name."""

NAMESPACE = "kubernetes.io/metadata.name"
_EVERYWHERE = ("0.0.0.0/0", "::/0")


def service_name(service: str, port: str = "") -> str:
    """The name of the cluster's Service for a port; ``port`` is '' for the default one."""
    return joined(service, port)


def host(service: str, environment: str, options: KubernetesOptions, port: str = "") -> str:
    """The name of a service's port in the cluster's DNS."""
    return f"{service_name(service, port)}.{environment}.svc.{options.cluster_domain}"


def address(target: Target, environment: str, options: KubernetesOptions) -> Address:
    """Where an instance finds what it needs."""
    if isinstance(target, External):
        return Address(target.url, target.host, str(target.port))
    name = host(target.service, environment, options, target.port)
    return Address(f"{target.protocol}://{name}:{PORT}", name, str(PORT))


def called(spec: ServiceSpec, port: Port) -> str:
    """What a need calls a port: '' for the default one."""
    return "" if port == spec.default_port else port.name


def cluster_service(spec: ServiceSpec, environment: str, port: Port, only: str = "") -> dict[str, Any]:
    """The Service of one port: healthy pods, of one set alone where that is named."""
    # The workload is waited for, and knows more of what is wrong.
    annotations = {"pulumi.com/skipAwait": "true"}
    entry: dict[str, Any] = {"name": port.name, "port": PORT, "targetPort": port.name, "protocol": "TCP"}
    if port.protocol == PortProtocol.GRPC:
        entry["appProtocol"] = "kubernetes.io/h2c"
        annotations["traefik.ingress.kubernetes.io/service.serversscheme"] = "h2c"
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(spec, environment, called(spec, port), annotations),
        "spec": {"type": "ClusterIP", "selector": pods_of(spec, only), "ports": [entry]},
    }


def need_labels(spec: ServiceSpec, targets: Mapping[str, Target]) -> dict[str, str]:
    """The labels that let a service's pods in at what they need."""
    inside = [target for need in spec.needs if isinstance(target := targets[need], Provided)]
    return {f"{NEED}{service_name(target.service, target.port)}": "true" for target in inside}


def policy(
    spec: ServiceSpec,
    connection: Connection,
    targets: Mapping[str, Target],
    options: KubernetesOptions,
    part: str = "",
    only: str = "",
    annotations: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Who may reach a service's pods, and whom they may reach: along needs and routes, nothing else.

    The pods of a need admit those that carry its label, so that each service is rendered alone. ``part`` is what it is
    called beside the one of the service's own name, ``only`` the set whose pods it is for; all pods for ''.
    """
    needed = [targets[need] for need in spec.needs]
    ways = {
        "ingress": [_from_needs(spec, port) for port in spec.ports] + _from_outside(spec, options),
        "egress": _to_needs(needed) + _to_outside(needed),
    }
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(spec, connection.environment, part, annotations),
        "spec": {
            "podSelector": {"matchLabels": pods_of(spec, only)},
            "policyTypes": ["Ingress", "Egress"],
            # The API doesn't keep empty lists, which would then look like a change.
            **{way: some for way, some in ways.items() if some},
        },
    }


def routed_ports(spec: ServiceSpec) -> list[Port]:
    """The ports that routes lead to, in their order."""
    named = {port_of(spec, route).name for route in spec.routes}
    return [port for port in spec.ports if port.name in named]


def port_of(spec: ServiceSpec, route: Route) -> Port:
    """The port that a route leads to."""
    port = spec.port(route.port)
    if port is None:
        raise ValueError(f"route of {spec.subject} to port '{route.port}', which it has not")
    return port


def _from_needs(spec: ServiceSpec, port: Port) -> dict[str, Any]:
    label = f"{NEED}{service_name(spec.name, called(spec, port))}"
    return {"from": [{"podSelector": {"matchLabels": {label: "true"}}}], "ports": _named([port])}


def _from_outside(spec: ServiceSpec, options: KubernetesOptions) -> list[dict[str, Any]]:
    if not spec.routes:
        return []
    peers: list[dict[str, Any]] = [{"namespaceSelector": {"matchLabels": {NAMESPACE: options.ingress_namespace}}}]
    return [{"from": peers + blocks(options.ingress_addresses), "ports": _named(routed_ports(spec))}]


def _named(ports: Iterable[Port]) -> list[dict[str, Any]]:
    # By name: each pod is reached at the port that it has, the old and the new one.
    return [{"protocol": "TCP", "port": port.name} for port in ports]


def blocks(cidrs: Iterable[str]) -> list[dict[str, Any]]:
    """Peers of a policy by their addresses."""
    return [{"ipBlock": {"cidr": cidr}} for cidr in cidrs]


def _to_needs(targets: Iterable[Target]) -> list[dict[str, Any]]:
    names = sorted({target.service for target in targets if isinstance(target, Provided)})
    return [{"to": [{"podSelector": {"matchLabels": {NAME: name}}}]} for name in names]


def _to_outside(targets: Iterable[Target]) -> list[dict[str, Any]]:
    outside = sorted({(target.host, target.port) for target in targets if isinstance(target, External)})
    return [{"to": blocks(_block(name)), "ports": [{"protocol": "TCP", "port": port}]} for name, port in outside]


def _block(name: str) -> tuple[str, ...]:
    """Where a host is: everywhere, unless its name is an address. A policy knows no names."""
    try:
        found = ip_address(name)
    except ValueError:
        return _EVERYWHERE
    return (f"{found}/{found.max_prefixlen}",)
