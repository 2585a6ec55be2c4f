"""The cluster, shown to people: Headlamp, which has no right of its own and asks who you are (pure)."""

from typing import Any

from foxden.clusters.services_plan import Dashboard, ServicesPlan
from foxden.connection import Connection
from foxden.schedulers.kubernetes.addons.images import image
from foxden.schedulers.kubernetes.addons.objects import (
    Object,
    account,
    binding,
    closed,
    deployment,
    namespace,
    policy,
    role,
    rule,
    service,
    thing,
)
from foxden.schedulers.kubernetes.addons.pods import SCRATCH, container, http, pod, scratch
from foxden.schedulers.kubernetes.network import NAMESPACE
from foxden.schedulers.kubernetes.options import KubernetesOptions
from foxden.service.spec import Route

NAME = "dashboard"
SPACE = "foxden-dashboard"
VIEWER = "viewer"
"""The account whose tokens let people in, to look and nothing else."""

PORT = 4466
_USER, _GROUP = 100, 101
_SHOWN = ("nodes", "namespaces", "persistentvolumes")


def objects(it: Dashboard, plan: ServicesPlan, connection: Connection, options: KubernetesOptions) -> dict[str, Object]:
    """Key to object, in the order in which they are made."""
    signing_in = [f"-oidc-idp-issuer-url={it.oidc_issuer}", f"-oidc-client-id={it.oidc_client}", "-oidc-use-pkce"]
    main = container(
        NAME,
        image(NAME, it, plan),
        [
            "-in-cluster",
            "-in-cluster-context-name=main",
            "-plugins-dir=/headlamp/plugins",
            *(signing_in if it.oidc_issuer else []),
        ],
        ("96Mi", "384Mi"),
        ports={"http": PORT},
        ready=http("/", "http"),
        alive=http("/", "http"),
        mounts=SCRATCH,
        writable=("scratch",),
    )
    whole = pod(NAME, [main], it, volumes=scratch(), user=_USER, group=_GROUP)
    viewer = f"foxden-{NAME}-{VIEWER}"
    return {
        "namespace": namespace(SPACE, NAME, "restricted"),
        "closed": closed(SPACE, NAME),
        "account": account(NAME, SPACE, NAME),
        "viewer": account(VIEWER, SPACE, NAME),
        "role": role(viewer, NAME, _rules()),
        "binding": binding(viewer, NAME, viewer, VIEWER, SPACE),
        # Kubernetes' own role for that shows no secret.
        "view": binding(f"{viewer}-view", NAME, "view", VIEWER, SPACE),
        "policy": _policy(options, bool(it.host)),
        "service": service(NAME, SPACE, NAME, {"http": (80, PORT)}),
        "workload": deployment(NAME, SPACE, NAME, whole),
        **({"ingress": _ingress(it, connection, options)} if it.host else {}),
    }


def _rules() -> list[Object]:
    """What the role ``view`` leaves out because it is in no namespace."""
    return [
        rule("", _SHOWN),
        rule("storage.k8s.io", ("storageclasses",)),
        rule("networking.k8s.io", ("ingressclasses",)),
        rule("apiextensions.k8s.io", ("customresourcedefinitions",)),
        rule("metrics.k8s.io", ("nodes", "pods")),
    ]


def _policy(options: KubernetesOptions, reached: bool) -> Object:
    tcp: list[dict[str, Any]] = [{"protocol": "TCP", "port": "http"}]
    proxy = [{"namespaceSelector": {"matchLabels": {NAMESPACE: options.ingress_namespace}}}]
    # The API and who signs people in are anywhere; names are asked for inside.
    out: list[dict[str, Any]] = [
        {"ports": [{"protocol": "TCP", "port": 443}, {"protocol": "TCP", "port": 6443}]},
        {"ports": [{"protocol": each, "port": 53} for each in ("UDP", "TCP")]},
    ]
    return policy(NAME, SPACE, NAME, [{"from": proxy, "ports": tcp}] if reached else [], out)


def _ingress(it: Dashboard, connection: Connection, options: KubernetesOptions) -> Object:
    backend = {"service": {"name": NAME, "port": {"name": "http"}}}
    found = thing("networking.k8s.io/v1", "Ingress", NAME, NAME, SPACE)
    found["metadata"]["annotations"] = {"pulumi.com/skipAwait": "true"}
    host = Route(host=it.host).host_in(connection.domain)
    spec = {
        "ingressClassName": options.ingress_class,
        "rules": [{"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}],
    }
    return found | {"spec": spec}
