"""The cluster's way in from outside: Traefik on every node, which follows Ingress objects (pure)."""

import json
from typing import Any

from foxden.connection import Connection
from foxden.schedulers.kubernetes.environment import pod_security
from foxden.schedulers.kubernetes.ingress_kinds import GROUP, KINDS, definition
from foxden.schedulers.kubernetes.options import KubernetesOptions, options_of
from foxden.schedulers.kubernetes.pod import container_security
from foxden.schedulers.kubernetes.routes import STRIPPING_CLASS
from foxden.schedulers.kubernetes.units import NAME

INGRESS = "ingress"
"""What is called so in its namespace; among all of the cluster it is ``foxden-ingress``."""

CLUSTER_WIDE = "foxden-ingress"

_WEB, _PING = 8000, 8082
_READ = ["get", "list", "watch"]
_LEAVING = 5
_GRACE = 30
_USER = 65532
_CONNECT_WITHIN = 2
_TRIES = 12
_SETTINGS = "/etc/traefik/settings"

OBJECTS = {
    "namespace": "Namespace",
    "account": "ServiceAccount",
    "role": "ClusterRole",
    "binding": "ClusterRoleBinding",
    "class": "IngressClass",
    **{f"kind:{plural}": "CustomResourceDefinition" for plural in KINDS},
    "settings": "ConfigMap",
    "proxy": "DaemonSet",
}
"""Key to kind of every object, the first first."""


def render_ingress(connection: Connection) -> dict[str, Any]:
    """Key to object, for the keys of :data:`OBJECTS`."""
    options = options_of(connection.options)
    return {
        "namespace": {
            "apiVersion": "v1",
            "kind": "Namespace",
            # A port of the node is more than the usual profiles allow.
            "metadata": _metadata(options.ingress_namespace) | {"labels": _labels() | pod_security("privileged")},
        },
        "account": {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": _metadata(INGRESS, options),
            "automountServiceAccountToken": False,
        },
        "role": _role(options),
        "binding": _binding(options),
        "class": {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "IngressClass",
            "metadata": _metadata(options.ingress_class),
            "spec": {"controller": "traefik.io/ingress-controller"},
        },
        **{f"kind:{plural}": definition(plural) for plural in KINDS},
        "settings": {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": _metadata(INGRESS, options),
            "data": {"settings.yaml": json.dumps(_settings(), indent=1, sort_keys=True)},
        },
        "proxy": _proxy(options, options.ingress_port or connection.ingress_port),
    }


def _settings() -> dict[str, Any]:
    """What is done with every request: one that reached no pod is sent to another, or once more, for some 3 seconds.

    A pod is gone a moment before all know it, and one on a node that has just come is let through by the others'
    policies a moment later. What a pod may have begun to work on is not repeated: Traefik does so only before it wrote
    any of the request (its pkg/middlewares/retry).
    """
    return {"http": {"middlewares": {"again": {"retry": {"attempts": _TRIES, "initialInterval": "200ms"}}}}}


def _labels() -> dict[str, str]:
    return {NAME: CLUSTER_WIDE, "app.kubernetes.io/managed-by": "foxden"}


def _metadata(name: str, options: KubernetesOptions | None = None) -> dict[str, Any]:
    """Of an object in the ingress's namespace, or of the whole cluster without options."""
    place = {"namespace": options.ingress_namespace} if options else {}
    return {"name": name, **place, "labels": _labels()}


def _role(options: KubernetesOptions) -> dict[str, Any]:
    def rule(group: str, *resources: str, verbs: list[str] = _READ) -> dict[str, Any]:
        return {"apiGroups": [group], "resources": list(resources), "verbs": verbs}

    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": _metadata(CLUSTER_WIDE),
        "rules": [
            # It serves nothing before it has seen all secrets, too, though TLS ends in front of it and no route names
            # one. No role narrows what it lists; by namespaces it would have to be told of each environment that comes.
            rule("", "services", "secrets", "nodes"),
            rule("discovery.k8s.io", "endpointslices"),
            rule("networking.k8s.io", "ingresses", "ingressclasses"),
            rule("networking.k8s.io", "ingresses/status", verbs=["update"]),
            # Only with kinds of its own it looks at these.
            *([rule("", "configmaps"), rule(GROUP, *KINDS)] if _strips(options) else []),
        ],
    }


def _strips(options: KubernetesOptions) -> bool:
    """Whether it follows objects of its own kinds, too: it takes prefixes away by them."""
    return options.ingress_class == STRIPPING_CLASS


def _binding(options: KubernetesOptions) -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": _metadata(CLUSTER_WIDE),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": CLUSTER_WIDE},
        "subjects": [{"kind": "ServiceAccount", "name": INGRESS, "namespace": options.ingress_namespace}],
    }


def _proxy(options: KubernetesOptions, port: int) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": _metadata(INGRESS, options),
        "spec": {
            "selector": {"matchLabels": {NAME: CLUSTER_WIDE}},
            # Two can't have the same port of a node: the old one goes first, on one node after the other.
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
            "minReadySeconds": 1,
            "template": {"metadata": {"labels": _labels()}, "spec": _pod(options, port)},
        },
    }


def _pod(options: KubernetesOptions, port: int) -> dict[str, Any]:
    probe = {"httpGet": {"path": "/ping", "port": "ping", "scheme": "HTTP"}, "periodSeconds": 3, "timeoutSeconds": 2}
    return {
        "serviceAccountName": INGRESS,
        "automountServiceAccountToken": True,
        "enableServiceLinks": False,
        "priorityClassName": "system-cluster-critical",
        "terminationGracePeriodSeconds": _LEAVING + _GRACE + 5,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "traefik",
                "image": options.ingress_image,
                "imagePullPolicy": "IfNotPresent",
                "command": ["traefik"],
                "args": arguments(options),
                "ports": [
                    {"name": "web", "containerPort": _WEB, "hostPort": port, "protocol": "TCP"},
                    {"name": "ping", "containerPort": _PING, "protocol": "TCP"},
                ],
                "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
                "securityContext": container_security(),
                "volumeMounts": [
                    {"name": "scratch", "mountPath": "/tmp"},  # noqa: S108 - in the pod's own file system
                    {"name": "settings", "mountPath": _SETTINGS, "readOnly": True},
                ],
                "terminationMessagePolicy": "FallbackToLogsOnError",
                "startupProbe": {**probe, "periodSeconds": 1, "failureThreshold": 60},
                "readinessProbe": {**probe, "failureThreshold": 2},
                "livenessProbe": {**probe, "failureThreshold": 6},
            }
        ],
        "volumes": [
            {"name": "scratch", "emptyDir": {}},
            {"name": "settings", "configMap": {"name": INGRESS}},
        ],
    }


def arguments(options: KubernetesOptions) -> list[str]:
    """Traefik's arguments: it serves routes of its class, believes balancers alone, and ends what it has begun."""
    web = "--entrypoints.web"
    trusted, hostname = ",".join(options.trusted_proxies), options.ingress_hostname
    return [
        f"{web}.address=:{_WEB}",
        # Otherwise services would be reached at the other one, too.
        f"{web}.asdefault=true",
        # It is asked for more while it leaves, and then ends what is on its way.
        f"{web}.transport.lifecycle.requestacceptgracetimeout={_LEAVING}s",
        f"{web}.transport.lifecycle.gracetimeout={_GRACE}s",
        f"{web}.http.middlewares=again@file",
        f"--providers.file.directory={_SETTINGS}",
        f"--serverstransport.forwardingtimeouts.dialtimeout={_CONNECT_WITHIN}s",
        *([f"{web}.forwardedheaders.trustedips={trusted}"] if trusted else []),
        f"--entrypoints.ping.address=:{_PING}",
        "--ping=true",
        "--ping.entrypoint=ping",
        "--providers.kubernetesingress=true",
        f"--providers.kubernetesingress.ingressclass={options.ingress_class}",
        *([f"--providers.kubernetesingress.ingressendpoint.hostname={hostname}"] if hostname else []),
        # '/api' takes '/api' and all below '/api/', not '/apix'.
        "--providers.kubernetesingress.strictprefixmatching=true",
        # Where no instance is well, the answer is 503 and not that there is no such route.
        "--providers.kubernetesingress.allowemptyservices=true",
        *(["--providers.kubernetescrd=true"] if _strips(options) else []),
        "--accesslog=true",
        "--accesslog.format=json",
        "--global.checknewversion=false",
        "--global.sendanonymoususage=false",
    ]
