"""What pods and machines use now: metrics-server, which the API asks (pure)."""

from foxden.clusters.services_plan import MetricsServer, ServicesPlan
from foxden.schedulers.kubernetes.addons.images import image
from foxden.schedulers.kubernetes.addons.objects import (
    SYSTEM,
    Object,
    account,
    binding,
    deployment,
    role,
    rule,
    sees_askers,
    service,
    thing,
)
from foxden.schedulers.kubernetes.addons.pods import CLUSTER, SCRATCH, container, http, pod, scratch

NAME = "metrics-server"
PORT = 4443
"""Where the API asks it, on its machine where the API has no way to pods."""

_GROUP = "metrics.k8s.io"


def objects(it: MetricsServer, plan: ServicesPlan) -> dict[str, Object]:
    """Key to object, in the order in which they are made."""
    own = f"system:{NAME}"
    reader = role(f"{own}:reader", NAME, [rule(_GROUP, ("pods", "nodes"))])
    reader["metadata"]["labels"] |= {
        f"rbac.authorization.k8s.io/aggregate-to-{each}": "true" for each in ("view", "edit", "admin")
    }
    main = container(
        NAME,
        image(NAME, it, plan),
        [
            "--cert-dir=/tmp",
            f"--secure-port={PORT}",
            "--kubelet-preferred-address-types=InternalIP",
            "--kubelet-use-node-status-port",
            "--metric-resolution=15s",
        ],
        ("100Mi", "300Mi"),
        "50m",
        ports={"https": PORT},
        ready=http("/readyz", "https", "HTTPS"),
        alive=http("/livez", "https", "HTTPS"),
        mounts=SCRATCH,
        writable=("scratch",),
    )
    whole = pod(NAME, [main], it, on_host=plan.host_network, volumes=scratch(), critical=CLUSTER)
    return {
        "account": account(NAME, SYSTEM, NAME),
        "role": role(own, NAME, [rule("", ("nodes/metrics",), ("get",)), rule("", ("pods", "nodes"))]),
        "reader": reader,
        "binding": binding(own, NAME, own, NAME, SYSTEM),
        "delegation": binding(f"{NAME}:delegation", NAME, "system:auth-delegator", NAME, SYSTEM),
        "authentication": sees_askers(NAME, SYSTEM),
        "service": service(NAME, SYSTEM, NAME, {"https": (443, PORT)}),
        "workload": deployment(NAME, SYSTEM, NAME, whole),
        "api": _api(),
    }


def _api() -> Object:
    spec = {
        "group": _GROUP,
        "version": "v1beta1",
        "service": {"name": NAME, "namespace": SYSTEM, "port": 443},
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
        # Its certificate is its own, made when it starts; what it tells is no secret and no command.
        "insecureSkipTLSVerify": True,
    }
    found = thing("apiregistration.k8s.io/v1", "APIService", f"v1beta1.{_GROUP}", NAME, spec=spec)
    # A pod that is well is of no use to an API that has no way to it.
    found["metadata"]["annotations"] = {"pulumi.com/waitFor": "condition=Available"}
    return found
