"""What nodes of a Kubernetes cluster start with, and what they ask of their cloud (pure)."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Optional

from foxden.boot.files import shipped, shipped_below
from foxden.boot.files.node.kubernetes.places import POD_ADDRESSES, SERVICE_ADDRESSES
from foxden.boot.node import Endpoint, Flow, Node, Role, Software
from foxden.boot.parts import Boot, Command, File, Unit, filled
from foxden.boot.program import Program, packed
from foxden.boot.userdata import user_data
from foxden.schedulers.kubernetes.node_software import KUBELET, KUBERNETES, OF_MASTERS, RELEASES, software
from foxden.schedulers.kubernetes.placement import DEDICATED, label_problems, node_labels
from foxden.schedulers.nodes import PACKAGE, Own, assembled, sandbox, secrets

__all__ = [
    "ADDRESSES",
    "ENDPOINT",
    "KEPT",
    "RELEASES",
    "boot",
    "connection_options",
    "flows",
    "group_tags",
    "node_problems",
    "parts",
    "program",
    "secrets",
    "software",
    "version",
]

KEPT: Mapping[str, str] = {"ca": "shared/ca", "token": "operators/kubernetes-token"}
"""A connection's field to the path below :attr:`Node.parameters` where its value is kept."""

ENDPOINT: Optional[Endpoint] = Endpoint(6443, "/readyz")
"""What is balanced over the masters: their API, whose health needs no credential."""

ADDRESSES: tuple[str, ...] = (SERVICE_ADDRESSES, POD_ADDRESSES)
"""What services and pods have."""

_PACKAGES_OF_WORKERS = (
    *("conntrack", "containerd", "containernetworking-plugins", "ethtool", "iproute2", "ipset", "iptables", "runc"),
    *("socat", "util-linux"),
)
_NEW_CONTAINERD = (Command(("systemctl", "daemon-reload")), Command(("systemctl", "restart", "containerd")))
"""Its package has started it with another configuration."""
_SHARED = (
    *("__init__", "authority", "aws", "beginning", "certificates", "duties", "facts", "going", "group", "imds", "kept"),
    *("parameters", "pending", "registries", "rest", "steps", "units", "waiting", "watch", "written"),
)
"""The modules of the nodes' program that are the same whatever runs services."""
_OF_WORKERS = ("drain", "network", "node_config", "pull", "worker")
_OF_BOTH = ("__init__", "__main__", "api", "kubeconfig", "places", "secrets", "versions")
"""The modules of Kubernetes' own part; all others are the masters'."""
_PARTS = {
    "etcd": ("etcd", ""),
    "kube-apiserver": ("Kubernetes' API", "etcd.service"),
    "kube-controller-manager": ("Kubernetes' controllers", "kube-apiserver.service"),
    "kube-scheduler": ("Kubernetes' scheduler", "kube-apiserver.service"),
}
"""What masters run: what it is, and what it is started after."""
_AGENTS = {"kube-proxy": "The way to services", "kube-router": "What enforces network policies"}
"""What workers run beside the kubelet, and their network."""
_AUTOSCALER = "k8s.io/cluster-autoscaler"


def boot(node: Node, software: Software, bucket: str) -> str:
    """The user-data of a pool's nodes, as base64. ``bucket`` has their :func:`program`.

    Deterministic. InvalidInput where it is longer than a cloud takes.
    """
    return user_data(parts(node, software, bucket), f"cluster '{node.cluster}'")


@cache
def program(role: Role) -> Program:
    """``foxden-node``, with the modules that nodes of this role need."""
    there = {name.rpartition("/")[2].removesuffix(".py"): name for name in shipped_below("node/kubernetes", ".py")}
    others = _OF_WORKERS if role == Role.SERVER else [name for name in there if name not in (*_OF_WORKERS, *_OF_BOTH)]
    modules = {f"{name}.py": shipped(f"node/{name}.py") for name in _SHARED}
    modules |= {f"kubernetes/{name}.py": shipped(path) for name, path in there.items() if name not in others}
    return packed(PACKAGE, modules, f"{PACKAGE}.kubernetes")


def parts(node: Node, software: Software, bucket: str) -> Boot:
    """The same as parts."""
    worker = node.role == Role.WORKER
    own = Own(
        packages=_PACKAGES_OF_WORKERS if worker else (),
        binaries=tuple(binary for binary in software.binaries if (binary.name in OF_MASTERS) != worker),
        files=_files(node.role),
        commands=(
            *([] if worker else [Command(("systemd-sysusers",))]),
            Command(("systemctl", "restart", "systemd-journald")),
            *(_NEW_CONTAINERD if worker else ()),
        ),
        units=_units(node.role),
        facts={
            "version": version(software, node.role) or "",
            "labels": node_labels(node.pool, node.node_class, node.meta),
            "taints": [f"{DEDICATED}={node.pool}:NoSchedule"] * node.dedicated,
        },
    )
    return assembled(node, software, bucket, program(node.role), own)


def _files(role: Role) -> Iterator[File]:
    if role == Role.SERVER:
        yield File("/etc/sysusers.d/foxden.conf", shipped("kubernetes/sysusers.conf"))
        yield File("/etc/foxden/kubernetes/audit.yaml", shipped("kubernetes/audit.yaml"))
        yield File("/etc/foxden/kubernetes/authentication.yaml", shipped("kubernetes/authentication.yaml"))
    else:
        yield File("/etc/foxden/containerd.toml", shipped("kubernetes/containerd.toml"))


def _units(role: Role) -> Iterator[Unit]:
    master = role == Role.SERVER
    folders = (*_PARTS,) if master else ("kubelet", *_AGENTS)
    confined = sandbox(*folders)
    before = {"BEFORE": " ".join(f"{name}.service" for name in folders)}
    yield Unit("foxden-configure.service", _unit("kubernetes/foxden-configure", {**confined, **before}))
    if master:
        tightly = {"CONFINED": shipped("units/kubernetes/confined").strip()}
        for name, (what, after) in _PARTS.items():
            values = {"NAME": name, "DESCRIPTION": what, "AFTER": after, **tightly}
            yield Unit(f"{name}.service", _unit("kubernetes/part", values))
    else:
        yield Unit("containerd.service.d/foxden.conf", shipped("units/kubernetes/containerd.conf"), start=False)
        for name in ("foxden-network", "kubelet"):
            yield Unit(f"{name}.service", shipped(f"units/kubernetes/{name}.service"))
        for name, what in _AGENTS.items():
            yield Unit(f"{name}.service", _unit("kubernetes/firewall", {"NAME": name, "DESCRIPTION": what}))
    yield Unit("foxden-node.service", _unit("foxden-node", confined))


def _unit(name: str, values: Mapping[str, str]) -> str:
    return filled(shipped(f"units/{name}.service"), values)


def flows() -> tuple[Flow, ...]:
    """Who talks to whom. Everything else may be closed, but balancers' ways to the API and to the workers' ingress."""
    return (
        Flow(Role.SERVER, Role.SERVER, "tcp", (2379, 2380), "clients and peers of etcd"),
        Flow(Role.SERVER, Role.SERVER, "tcp", (6443, 6443), "the API, for the health of masters"),
        Flow(Role.WORKER, Role.SERVER, "tcp", (6443, 6443), "the API, as the service kubernetes of pods"),
        Flow(Role.SERVER, Role.WORKER, "tcp", (10250, 10250), "the API of kubelets"),
        Flow(Role.SERVER, Role.WORKER, "tcp", (4443, 4443), "APIs that are served on workers, in their own network"),
        Flow(Role.WORKER, Role.WORKER, "tcp", (10250, 10250), "metrics of kubelets, for pods that go by their node"),
        Flow(
            Role.SERVER, Role.WORKER, "tcp", (10260, 10260), "cert-manager, which the API asks before it takes a wish"
        ),
        Flow(Role.WORKER, Role.WORKER, "tcp", (9100, 9100), "metrics of nodes, for pods that come as their node"),
        Flow(Role.WORKER, Role.WORKER, "udp", (8472, 8472), "the network of pods"),
    )


def connection_options(cluster: str) -> Mapping[str, str]:
    """The options of a connection to a cluster of these nodes: none is needed."""
    return {}


def version(software: Software, role: Role) -> Optional[str]:
    """The version of the control plane, which rises by one minor version at a time, or of the kubelets: ``1.34.3``."""
    program = KUBELET if role == Role.WORKER else KUBERNETES
    return next((binary.version for binary in software.binaries if binary.name == program), None)


def node_problems(node: Node) -> Iterator[str]:
    """What is said of a node is its labels: the kubelet would end at one that is none, and take a comma for another."""
    return label_problems(node.node_class, node.meta)


def group_tags(node: Node) -> Mapping[str, str]:
    """Tags of a pool's group, for the cluster autoscaler: whose it is, and what its nodes will be like."""
    if node.role == Role.SERVER:
        return {}
    found = node_labels(node.pool, node.node_class, node.meta)
    labels = {f"{_AUTOSCALER}/node-template/label/{name}": value for name, value in sorted(found.items())}
    taint = {f"{_AUTOSCALER}/node-template/taint/{DEDICATED}": f"{node.pool}:NoSchedule"} if node.dedicated else {}
    return {f"{_AUTOSCALER}/enabled": "true", f"{_AUTOSCALER}/{node.cluster}": "owned", **labels, **taint}
