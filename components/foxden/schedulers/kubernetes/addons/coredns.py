"""Names: CoreDNS, which every pod asks (pure)."""

from typing import Any

from foxden.clusters.services_plan import CoreDns, ServicesPlan
from foxden.schedulers.kubernetes.addons.images import image
from foxden.schedulers.kubernetes.addons.objects import (
    SYSTEM,
    Object,
    account,
    binding,
    config,
    found_by,
    role,
    rule,
    thing,
)
from foxden.schedulers.kubernetes.addons.pods import CLUSTER, container, http, pod, spread
from foxden.schedulers.kubernetes.pod import container_security

NAME = "coredns"
ROLE = "system:coredns"
SERVICE = "kube-dns"
"""What its Service is called everywhere."""

_LABELS = {"k8s-app": "kube-dns"}
"""By which everybody knows its pods, other people's network policies among them."""

_METRICS, _HEALTH, _READY = 9153, 8080, 8181
_NOBODY = 65534

# A service's address is told for 5 s: it may go, but what is not there yet must not be missed for long.
# One that ends answers on until every node has heard of it: a lost question is asked again after seconds only.
_COREFILE = """\
.:53 {{
    errors
    health :{health} {{
        lameduck 10s
    }}
    ready :{ready}
    kubernetes {domain} in-addr.arpa ip6.arpa {{
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 5
    }}
    prometheus :{metrics}
    forward . /etc/resolv.conf {{
        max_concurrent 1000
    }}
    cache 30 {{
        success 9984 30 5
        denial 9984 5 1
    }}
    loop
    reload
    loadbalance
}}
"""


def corefile(domain: str) -> str:
    """Its configuration."""
    return _COREFILE.format(domain=domain, health=_HEALTH, ready=_READY, metrics=_METRICS)


def objects(it: CoreDns, plan: ServicesPlan) -> dict[str, Object]:
    """Key to object, in the order in which they are made."""
    settings = config(NAME, SYSTEM, NAME, {"Corefile": corefile(it.domain)})
    workload = _deployment(it, plan, settings["metadata"]["name"])
    return {
        "account": account(NAME, SYSTEM, NAME),
        "role": role(ROLE, NAME, [*_rules()]),
        "binding": binding(ROLE, NAME, ROLE, NAME, SYSTEM),
        "config": settings,
        "service": _service(it),
        "workload": workload,
        **({"budget": _budget()} if it.replicas > 1 else {}),
    }


def _rules() -> list[Object]:
    watched = ("list", "watch")
    return [
        rule("", ("services", "pods", "namespaces"), watched),
        rule("discovery.k8s.io", ("endpointslices",), watched),
    ]


def _service(it: CoreDns) -> Object:
    ports = [
        {"name": name, "port": 53, "targetPort": 53, "protocol": protocol}
        for name, protocol in (("dns", "UDP"), ("dns-tcp", "TCP"))
    ]
    found = thing("v1", "Service", SERVICE, NAME, SYSTEM)
    found["metadata"]["labels"] |= _LABELS
    found["metadata"]["annotations"] = {"pulumi.com/skipAwait": "true"}
    address = {"clusterIP": it.address} if it.address else {}
    return found | {"spec": {"type": "ClusterIP", "selector": _LABELS, "ports": ports, **address}}


def _budget() -> Object:
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": _LABELS}, "unhealthyPodEvictionPolicy": "AlwaysAllow"}
    return thing("policy/v1", "PodDisruptionBudget", NAME, NAME, SYSTEM, spec=spec)


def _deployment(it: CoreDns, plan: ServicesPlan, settings: str) -> Object:
    main = container(
        NAME,
        image("coredns", it, plan),
        ["-conf", "/etc/coredns/Corefile"],
        ("64Mi", "192Mi"),
        "50m",
        ready=http("/ready", _READY),
        alive=http("/health", _HEALTH),
        mounts={"config": "/etc/coredns"},
        # The program of the official image says that it wants this, and doesn't start without.
        security=container_security() | {"capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}},
    )
    main["readinessProbe"]["periodSeconds"] = 1
    main["ports"] = [
        {"name": "dns", "containerPort": 53, "protocol": "UDP"},
        {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
        {"name": "metrics", "containerPort": _METRICS, "protocol": "TCP"},
    ]
    whole = pod(NAME, [main], it, volumes={"config": {"configMap": {"name": settings}}}, user=_NOBODY, critical=CLUSTER)
    # It asks the machine's own servers, not itself; and in its own network every port is open to everybody.
    whole["dnsPolicy"] = "Default"
    whole["securityContext"]["sysctls"] = [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
    if it.replicas > 1:
        whole["topologySpreadConstraints"] = [
            constraint | {"labelSelector": {"matchLabels": _LABELS}} for constraint in spread(NAME)
        ]
    labels: dict[str, Any] = {**found_by(NAME), **_LABELS}
    spec = {
        "replicas": it.replicas,
        "selector": {"matchLabels": _LABELS},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "template": {
            "metadata": {
                "labels": labels,
                "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": str(_METRICS)},
            },
            "spec": whole,
        },
    }
    return thing("apps/v1", "Deployment", NAME, NAME, SYSTEM, spec=spec)
