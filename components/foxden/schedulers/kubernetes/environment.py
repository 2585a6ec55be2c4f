"""An environment's objects: its namespace, who may talk to whom in it, and its bounds (pure)."""

import json
from collections.abc import Mapping
from typing import Any

from foxden.schedulers.kubernetes.network import NAMESPACE, blocks
from foxden.schedulers.kubernetes.options import KubernetesOptions
from foxden.schedulers.kubernetes.secrets import KEY, object_name
from foxden.schedulers.kubernetes.units import mebibytes

_DNS_NAMESPACE = "kube-system"
_DNS_PORT = 53
_SOLVER = "acme.cert-manager.io/http01-solver"
_SOLVER_PORT = 8089
"""What cert-manager calls the pods that prove to an authority whose a host is, and where they listen."""

POD_SECURITY = "pod-security.kubernetes.io/"


def pod_security(profile: str) -> dict[str, str]:
    """The labels that hold a namespace's pods to a profile of Pod Security."""
    return {f"{POD_SECURITY}{mode}": profile for mode in ("enforce", "audit", "warn")}


def _metadata(environment: str, name: str) -> dict[str, Any]:
    labels = {"app.kubernetes.io/part-of": environment, "app.kubernetes.io/managed-by": "foxden"}
    return {"name": name, "namespace": environment, "labels": labels}


def namespace(environment: str, notes: Mapping[str, str]) -> dict[str, Any]:
    """The namespace; its pods have no rights that they could do without."""
    labels = {"app.kubernetes.io/part-of": environment, "app.kubernetes.io/managed-by": "foxden"}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": environment,
            "labels": {**labels, **pod_security("restricted")},
            "annotations": {"foxden/notes": json.dumps(dict(notes), sort_keys=True)},
        },
    }


def default_policy(environment: str, options: KubernetesOptions) -> dict[str, Any]:
    """What holds for every pod: nobody is reached, and nobody reaches anything but the cluster's DNS."""
    names: list[dict[str, Any]] = [{"namespaceSelector": {"matchLabels": {NAMESPACE: _DNS_NAMESPACE}}}]
    ports = [{"protocol": protocol, "port": _DNS_PORT} for protocol in ("UDP", "TCP")]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(environment, "default--deny"),
        "spec": {
            "podSelector": {},
            "policyTypes": ["Ingress", "Egress"],
            "egress": [{"to": names + blocks(options.dns_addresses), "ports": ports}],
        },
    }


def challenge_policy(environment: str, options: KubernetesOptions) -> dict[str, Any]:
    """Lets the ingress in where cert-manager, whoever runs it, answers an authority's request for a host."""
    ingress: list[dict[str, Any]] = [{"namespaceSelector": {"matchLabels": {NAMESPACE: options.ingress_namespace}}}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(environment, "default--challenges"),
        "spec": {
            "podSelector": {"matchLabels": {_SOLVER: "true"}},
            "policyTypes": ["Ingress"],
            "ingress": [
                {
                    "from": ingress + blocks(options.ingress_addresses),
                    "ports": [{"protocol": "TCP", "port": _SOLVER_PORT}],
                }
            ],
        },
    }


def quota(environment: str, options: KubernetesOptions) -> dict[str, Any]:
    """What all pods of the environment may ask for together."""
    hard: dict[str, str] = {}
    if options.quota_cpu is not None:
        hard["requests.cpu"] = str(options.quota_cpu)
    if options.quota_memory is not None:
        hard["requests.memory"] = mebibytes(options.quota_memory)
    if options.quota_pods is not None:
        hard["pods"] = str(options.quota_pods)
    # Until bounds are in force it is waited for, and without any there is nothing to come.
    never = {} if hard else {"annotations": {"pulumi.com/skipAwait": "true"}}
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {**_metadata(environment, "environment"), **never},
        "spec": {"hard": hard},
    }


def limit_range(environment: str, options: KubernetesOptions) -> dict[str, Any]:
    """What one container may have at most."""
    most: dict[str, str] = {}
    if options.container_max_cpu is not None:
        most["cpu"] = str(options.container_max_cpu)
    if options.container_max_memory is not None:
        most["memory"] = mebibytes(options.container_max_memory)
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": _metadata(environment, "environment"),
        "spec": {"limits": [{"type": "Container", "max": most}] if most else []},
    }


def secret(environment: str, name: str, version: str = "") -> dict[str, Any]:
    """The object of a secret, without its value; one that never changes for a version."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": _metadata(environment, object_name(name, version)),
        "type": "Opaque",
        "immutable": bool(version),
    }


def secret_data(value: str) -> dict[str, str]:
    """What a secret's object holds, as text."""
    return {KEY: value}
