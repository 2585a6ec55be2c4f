"""As many machines as pods ask for: the cluster autoscaler, on the groups of AWS that are tagged for it (pure)."""

from foxden.clusters.services_plan import ClusterAutoscaler, ServicesPlan
from foxden.schedulers.kubernetes.addons.images import image
from foxden.schedulers.kubernetes.addons.objects import SYSTEM, Object, account, binding, deployment, role, rule
from foxden.schedulers.kubernetes.addons.pods import CLUSTER, container, http, pod, region

NAME = "cluster-autoscaler"
PORT = 8085
TAG = "k8s.io/cluster-autoscaler"
"""What the tags of a group begin with that it may change the size of."""


def objects(it: ClusterAutoscaler, plan: ServicesPlan) -> dict[str, Object]:
    """Key to object, in the order in which they are made."""
    main = container(
        NAME,
        image(NAME, it, plan),
        [
            "--cloud-provider=aws",
            f"--node-group-auto-discovery=asg:tag={TAG}/enabled,{TAG}/{plan.name}",
            "--balance-similar-node-groups=true",
            "--expander=least-waste",
            # Instances keep nothing that they need on their machine.
            "--skip-nodes-with-local-storage=false",
            "--skip-nodes-with-system-pods=false",
            f"--scale-down-unneeded-time={it.unneeded_minutes}m",
            f"--scale-down-delay-after-add={it.unneeded_minutes}m",
            "--cordon-node-before-terminating=true",
            f"--address=:{PORT}",
            "--v=2",
        ],
        ("200Mi", "600Mi"),
        "50m",
        command=["./cluster-autoscaler"],
        ports={"http": PORT},
        ready=http("/health-check", "http"),
        alive=http("/health-check", "http"),
        env=region(plan),
    )
    return {
        "account": account(NAME, SYSTEM, NAME),
        "role": role(NAME, NAME, _rules()),
        "binding": binding(NAME, NAME, NAME, NAME, SYSTEM),
        "own": role(NAME, NAME, _own(), SYSTEM),
        "owns": binding(NAME, NAME, NAME, NAME, SYSTEM, space=SYSTEM, whole=False),
        "workload": deployment(NAME, SYSTEM, NAME, pod(NAME, [main], it, on_host=plan.host_network, critical=CLUSTER)),
    }


def _rules() -> list[Object]:
    return [
        rule("", ("nodes",), ("get", "list", "watch", "update")),
        rule("", ("pods/eviction",), ("create",)),
        rule("", ("pods/status",), ("update",)),
        rule("", ("events",), ("create", "patch")),
        rule(
            "",
            ("namespaces", "pods", "services", "replicationcontrollers", "persistentvolumeclaims", "persistentvolumes"),
        ),
        rule("apps", ("daemonsets", "replicasets", "statefulsets")),
        rule("batch", ("jobs", "cronjobs")),
        rule("policy", ("poddisruptionbudgets",)),
        rule(
            "storage.k8s.io", ("storageclasses", "csinodes", "csidrivers", "csistoragecapacities", "volumeattachments")
        ),
        rule("resource.k8s.io", ("deviceclasses", "resourceclaims", "resourceslices")),
    ]


def _own() -> list[Object]:
    """Its lease, and where it says how it is."""
    return [
        rule("", ("configmaps",), ("create", "list", "watch")),
        rule("", ("configmaps",), ("get", "update", "delete"), ("cluster-autoscaler-status",)),
        rule("coordination.k8s.io", ("leases",), ("create",)),
        rule("coordination.k8s.io", ("leases",), ("get", "update"), (NAME,)),
    ]
