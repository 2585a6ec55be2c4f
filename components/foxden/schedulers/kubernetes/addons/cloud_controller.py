"""What the cloud knows of machines: the AWS cloud controller manager, without its balancers and routes (pure)."""

from foxden.clusters.services_plan import CloudController, ServicesPlan
from foxden.schedulers.kubernetes.addons.images import image
from foxden.schedulers.kubernetes.addons.objects import (
    READ,
    SYSTEM,
    Object,
    account,
    binding,
    config,
    deployment,
    role,
    rule,
    sees_askers,
)
from foxden.schedulers.kubernetes.addons.pods import CLUSTER, container, http, pod, region

NAME = "cloud-controller-manager"
PORT = 10258

_NEW = "node.cloudprovider.kubernetes.io/uninitialized"
"""The taint that a new machine has until this here has looked at it."""

_LEASE = "cloud-controller-manager"


def objects(it: CloudController, plan: ServicesPlan) -> dict[str, Object]:
    """Key to object, in the order in which they are made."""
    own = f"system:{NAME}"
    # Instances have no tag of Kubernetes' own that says whose they are.
    settings = config(NAME, SYSTEM, NAME, {"aws.conf": f"[Global]\nKubernetesClusterID={plan.name}\n"})
    main = container(
        NAME,
        image("cloud-controller", it, plan),
        [
            "--v=2",
            "--cloud-provider=aws",
            "--cloud-config=/etc/aws/aws.conf",
            f"--cluster-name={plan.name}",
            "--controllers=cloud-node,cloud-node-lifecycle",
            "--configure-cloud-routes=false",
            "--allocate-node-cidrs=false",
            f"--secure-port={PORT}",
        ],
        ("64Mi", "256Mi"),
        ports={"https": PORT},
        alive=http("/healthz", "https", "HTTPS"),
        ready=http("/healthz", "https", "HTTPS"),
        mounts={"config": "/etc/aws"},
        env=region(plan),
    )
    volumes = {"config": {"configMap": {"name": settings["metadata"]["name"]}}}
    whole = pod(NAME, [main], it, on_host=True, volumes=volumes, critical=CLUSTER)
    # It comes before names are looked up, and before any machine is fit for others.
    whole["dnsPolicy"] = "Default"
    whole.setdefault("tolerations", []).append({"key": _NEW, "operator": "Exists", "effect": "NoSchedule"})
    return {
        "account": account(NAME, SYSTEM, NAME),
        "role": role(own, NAME, _rules()),
        "binding": binding(own, NAME, own, NAME, SYSTEM),
        "lease": role(NAME, NAME, _leases(), SYSTEM),
        "leases": binding(NAME, NAME, NAME, NAME, SYSTEM, space=SYSTEM, whole=False),
        "authentication": sees_askers(NAME, SYSTEM),
        "config": settings,
        "workload": deployment(NAME, SYSTEM, NAME, whole),
    }


def _rules() -> list[Object]:
    return [
        rule("", ("nodes",), (*READ, "update", "patch", "delete")),
        rule("", ("nodes/status",), ("patch",)),
        rule("", ("events",), ("create", "patch", "update")),
    ]


def _leases() -> list[Object]:
    return [
        rule("coordination.k8s.io", ("leases",), ("create",)),
        rule("coordination.k8s.io", ("leases",), ("get", "update"), (_LEASE,)),
    ]
