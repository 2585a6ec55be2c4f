"""What runs in every cluster beside services: names are looked up with CoreDNS, as objects of Kubernetes (pure)."""

from typing import Any

from local.kubernetes.places import DNS_SERVICE, DOMAIN

SPACE = "kube-system"
_NAME = "coredns"
_LABELS = {"k8s-app": "kube-dns"}
"""By which everybody knows it: network policies let pods speak with what has this label."""

_COREFILE = f"""\
.:53 {{
    errors
    health :8080 {{
        lameduck 2s
    }}
    ready :8181
    kubernetes {DOMAIN} in-addr.arpa ip6.arpa {{
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 5
    }}
    forward . /etc/resolv.conf {{
        max_concurrent 1000
    }}
    cache 5
    loop
    reload
}}
"""


def objects(image: str, address: str = DNS_SERVICE) -> list[tuple[str, dict[str, Any]]]:
    """Path of the kind -> object, in the order in which they are made. ``address``: where names are asked for."""
    here = f"/api/v1/namespaces/{SPACE}"
    access = "/apis/rbac.authorization.k8s.io/v1"
    reader = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:coredns"}
    subject = {"kind": "ServiceAccount", "name": _NAME, "namespace": SPACE}
    binding = _object(
        "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "system:coredns", None, roleRef=reader, subjects=[subject]
    )
    return [
        (f"{here}/serviceaccounts", _object("v1", "ServiceAccount", _NAME)),
        (
            f"{access}/clusterroles",
            _object("rbac.authorization.k8s.io/v1", "ClusterRole", "system:coredns", space=None, rules=_rules()),
        ),
        (f"{access}/clusterrolebindings", binding),
        (f"{here}/configmaps", _object("v1", "ConfigMap", _NAME, data={"Corefile": _COREFILE})),
        (
            f"/apis/apps/v1/namespaces/{SPACE}/deployments",
            _object("apps/v1", "Deployment", _NAME, spec=_deployment(image)),
        ),
        (f"{here}/services", _object("v1", "Service", "kube-dns", spec=_service(address))),
    ]


def _object(version: str, kind: str, name: str, space: str | None = SPACE, **more: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, "labels": _LABELS}
    if space:
        metadata["namespace"] = space
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **more}


def _rules() -> list[dict[str, Any]]:
    watched = {"verbs": ["list", "watch"]}
    return [
        {"apiGroups": [""], "resources": ["endpoints", "services", "pods", "namespaces"], **watched},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], **watched},
    ]


def _service(address: str) -> dict[str, Any]:
    ports = [
        {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53},
        {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53},
    ]
    return {"clusterIP": address, "selector": _LABELS, "ports": ports}


def _deployment(image: str) -> dict[str, Any]:
    container = {
        "name": _NAME,
        "image": image,
        "args": ["-conf", "/etc/coredns/Corefile"],
        "resources": {"requests": {"cpu": "50m", "memory": "32Mi"}, "limits": {"memory": "170Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "ports": [
            {"name": "dns", "containerPort": 53, "protocol": "UDP"},
            {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
        ],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}, "periodSeconds": 1},
        "livenessProbe": {"httpGet": {"path": "/health", "port": 8080}, "initialDelaySeconds": 30},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/coredns", "readOnly": True}],
    }
    pod = {
        "serviceAccountName": _NAME,
        "priorityClassName": "system-cluster-critical",
        "dnsPolicy": "Default",
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65534,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [{"name": "config", "configMap": {"name": _NAME}}],
    }
    return {
        "replicas": 1,
        "selector": {"matchLabels": _LABELS},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0}},
        "template": {"metadata": {"labels": _LABELS}, "spec": pod},
    }
