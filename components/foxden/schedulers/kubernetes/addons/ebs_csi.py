"""Disks of the cloud for pods: the AWS EBS CSI driver, and a class of encrypted disks (pure)."""

from collections.abc import Mapping, Sequence
from typing import Any

from foxden.clusters.services_plan import EbsCsi, ServicesPlan
from foxden.schedulers.kubernetes.addons.images import image
from foxden.schedulers.kubernetes.addons.objects import (
    READ,
    SYSTEM,
    Object,
    account,
    binding,
    budget,
    daemon_set,
    deployment,
    role,
    rule,
    thing,
)
from foxden.schedulers.kubernetes.addons.pods import (
    CLUSTER,
    container,
    field,
    http,
    of_host,
    pod,
    region,
    spread,
)
from foxden.schedulers.kubernetes.addons.pods import (
    NODE as MACHINE,
)

DRIVER = "ebs.csi.aws.com"
CONTROLLER, NODE = "ebs-csi-controller", "ebs-csi-node"

_KUBELET = "/var/lib/kubelet"
_SOCKET = "/csi/csi.sock"
_HEALTH = {CONTROLLER: 9808, NODE: 9809}
"""Ports on which each says that it is well; both may be on one machine."""

_PRIVILEGED = {"privileged": True, "readOnlyRootFilesystem": True}
"""What makes file systems and mounts them for others."""

_ROOT = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def objects(it: EbsCsi, plan: ServicesPlan) -> dict[str, Object]:
    """Key to object, in the order in which they are made."""
    apart = _controller(it, plan) | {"topologySpreadConstraints": spread(CONTROLLER)}
    return {
        "driver": _driver(),
        "controller-account": account(CONTROLLER, SYSTEM, CONTROLLER),
        "controller-role": role(CONTROLLER, CONTROLLER, _controller_rules()),
        "controller-binding": binding(CONTROLLER, CONTROLLER, CONTROLLER, CONTROLLER, SYSTEM),
        "controller-lease": role(CONTROLLER, CONTROLLER, [_leases()], SYSTEM),
        "controller-leases": binding(CONTROLLER, CONTROLLER, CONTROLLER, CONTROLLER, SYSTEM, space=SYSTEM, whole=False),
        "node-account": account(NODE, SYSTEM, NODE),
        "node-role": role(NODE, NODE, _node_rules()),
        "node-binding": binding(NODE, NODE, NODE, NODE, SYSTEM),
        "node": daemon_set(NODE, SYSTEM, NODE, _node(it, plan)),
        "controller": deployment(CONTROLLER, SYSTEM, CONTROLLER, apart, replicas=2),
        "budget": budget(CONTROLLER, SYSTEM, CONTROLLER),
        "class": _class(it),
    }


def _driver() -> Object:
    spec = {"attachRequired": True, "podInfoOnMount": False, "fsGroupPolicy": "File"}
    return thing("storage.k8s.io/v1", "CSIDriver", DRIVER, CONTROLLER, spec=spec)


def _class(it: EbsCsi) -> Object:
    found = thing("storage.k8s.io/v1", "StorageClass", it.storage_class, CONTROLLER)
    found["metadata"]["annotations"] = {"storageclass.kubernetes.io/is-default-class": "true"}
    return found | {
        "provisioner": DRIVER,
        "parameters": {"type": "gp3", "encrypted": "true", **({"kmsKeyId": it.key} if it.key else {})},
        # A disk is in a zone: it is made where the pod will be.
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
        "reclaimPolicy": "Delete",
    }


def _controller_rules() -> list[Object]:
    storage = "storage.k8s.io"
    return [
        rule("", ("persistentvolumes",), (*READ, "create", "update", "patch", "delete")),
        rule("", ("persistentvolumeclaims",), (*READ, "update")),
        rule("", ("persistentvolumeclaims/status",), ("update", "patch")),
        rule("", ("pods", "nodes")),
        rule("", ("events",), ("list", "watch", "create", "update", "patch")),
        rule(storage, ("storageclasses", "csinodes", "volumeattributesclasses")),
        rule(storage, ("volumeattachments",), (*READ, "patch")),
        rule(storage, ("volumeattachments/status",), ("patch",)),
    ]


def _leases() -> Object:
    """Each of its helpers has one, and names it by itself."""
    return rule("coordination.k8s.io", ("leases",), (*READ, "create", "update", "patch", "delete"))


def _node_rules() -> list[Object]:
    return [
        rule("", ("nodes",), ("get", "patch")),
        rule("storage.k8s.io", ("csinodes",), ("get",)),
        rule("storage.k8s.io", ("volumeattachments",), ("list",)),
    ]


def _helper(
    it: EbsCsi,
    plan: ServicesPlan,
    name: str,
    args: Sequence[str],
    security: Mapping[str, Any] | None = None,
    mounts: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    paths = {"socket": "/csi", **(mounts or {})}
    all_args = [f"--csi-address={_SOCKET}", *args]
    return container(
        name,
        image(name, it, plan),
        all_args,
        ("32Mi", "192Mi"),
        "10m",
        mounts=paths,
        writable=tuple(paths),
        security=security,
    )


def _controller(it: EbsCsi, plan: ServicesPlan) -> dict[str, Any]:
    alive = http("/healthz", "healthz")
    driver = container(
        "ebs-csi-driver",
        image("ebs-csi-driver", it, plan),
        ["controller", f"--endpoint=unix://{_SOCKET}", f"--k8s-tag-cluster-id={plan.name}", "--v=2"],
        ("64Mi", "256Mi"),
        ports={"healthz": _HEALTH[CONTROLLER]},
        ready=alive,
        alive=alive,
        mounts={"socket": "/csi"},
        writable=("socket",),
        env=[field("CSI_NODE_NAME", "spec.nodeName"), *region(plan)],
    )
    leading = ["--leader-election=true", "--v=2"]
    made = ["--default-fstype=ext4", "--extra-create-metadata=true"]
    helpers = [
        _helper(it, plan, "csi-provisioner", [*leading, *made]),
        _helper(it, plan, "csi-attacher", leading),
        _helper(it, plan, "csi-resizer", [*leading, "--handle-volume-inuse-error=false"]),
        _helper(it, plan, "csi-liveness", [f"--health-port={_HEALTH[CONTROLLER]}"]),
    ]
    volumes: dict[str, Mapping[str, Any]] = {"socket": {"emptyDir": {}}}
    return pod(CONTROLLER, [driver, *helpers], it, on_host=plan.host_network, volumes=volumes, critical=CLUSTER)


def _node(it: EbsCsi, plan: ServicesPlan) -> dict[str, Any]:
    home = f"{_KUBELET}/plugins/{DRIVER}"
    alive = http("/healthz", "healthz")
    driver = container(
        "ebs-csi-driver",
        image("ebs-csi-driver", it, plan),
        ["node", f"--endpoint=unix://{_SOCKET}", "--v=2"],
        ("40Mi", "256Mi"),
        ports={"healthz": _HEALTH[NODE]},
        ready=alive,
        alive=alive,
        mounts={"socket": "/csi", "kubelet": _KUBELET, "devices": "/dev"},
        writable=("socket", "kubelet", "devices"),
        env=[field("CSI_NODE_NAME", "spec.nodeName"), *region(plan)],
        security=_PRIVILEGED,
    )
    mounted = next(each for each in driver["volumeMounts"] if each["name"] == "kubelet")
    mounted["mountPropagation"] = "Bidirectional"
    registration = [f"--kubelet-registration-path={home}/csi.sock", "--v=2"]
    helpers = [
        _helper(it, plan, "csi-registrar", registration, _ROOT, {"registration": "/registration"}),
        _helper(it, plan, "csi-liveness", [f"--health-port={_HEALTH[NODE]}"], _ROOT),
    ]
    volumes = {
        "socket": of_host(home, "DirectoryOrCreate"),
        "registration": of_host(f"{_KUBELET}/plugins_registry"),
        "kubelet": of_host(_KUBELET),
        "devices": of_host("/dev"),
    }
    return pod(
        NODE,
        [driver, *helpers],
        it,
        on_host=plan.host_network,
        volumes=volumes,
        user=0,
        critical=MACHINE,
    )
