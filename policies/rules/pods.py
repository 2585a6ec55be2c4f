"""Pods on Kubernetes: the restricted profile of Pod Security, and a little more."""

from collections.abc import Iterator

from policies.model import Resource, Severity
from policies.node import Node
from policies.reading import PATCHES, POD, WORKLOADS, containers, is_patch, name_of, namespace_of, pod_of
from policies.rule import Domain

rules = Domain("pods")

PODS = (POD, *WORKLOADS, *PATCHES)
VOLUME = "kubernetes:core/v1:PersistentVolume"
_SYSTEM = {"namespaces": ["kube-system"]}
"""Where what runs the cluster itself is, which must touch its nodes."""
_VOLUMES = (
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
    "name",
)
_LABELS = ("container_t", "container_init_t", "container_kvm_t", "container_engine_t")
"""Kinds of SELinux that shut a container in."""
_SYSCTLS = (
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
)


def _judged(resource: Resource, config: Node) -> Iterator[Node]:
    """A workload's pods, where it isn't one of those that run the cluster itself."""
    if namespace_of(resource) not in config["namespaces"].texts() and not pod_of(resource).opaque:
        yield pod_of(resource)


def _judged_containers(resource: Resource, config: Node) -> Iterator[tuple[Node, str, Node]]:
    """Pod, name and specification of each container."""
    for pod in _judged(resource, config):
        for container in containers(pod):
            yield pod, name_of(container), container


def _own_or_of_pod(pod: Node, container: Node, field: str) -> Node:
    """A setting of a container's security: its own, else that of its pod."""
    own = container["securityContext"][field]
    return own if own.given else pod["securityContext"][field]


def _wrong(resource: Resource, setting: Node, *right: object) -> bool:
    """Whether a setting surely is none of these; what a patch doesn't say it leaves as it is."""
    return setting.is_not(*right) and (setting.given or not is_patch(resource))


@rules.rule(
    "pod-apart-from-host",
    *PODS,
    severity=Severity.CRITICAL,
    what="A pod has its own network, processes and memory",
    why="It sees and reaches all that the node does",
    fix="leave hostNetwork, hostPID and hostIPC out",
    references=(
        "CIS Kubernetes 5.2.3",
        "CIS Kubernetes 5.2.4",
        "CIS Kubernetes 5.2.5",
        "checkov CKV_K8S_17",
        "checkov CKV_K8S_18",
        "checkov CKV_K8S_19",
    ),
    config=_SYSTEM,
)
def _apart(resource: Resource, config: Node) -> Iterator[str]:
    for pod in _judged(resource, config):
        shared = [field for field in ("hostNetwork", "hostPID", "hostIPC") if pod[field].is_(True)]
        if shared:
            yield f"shares {', '.join(shared)} with its node"


@rules.rule(
    "pod-not-privileged",
    *PODS,
    severity=Severity.CRITICAL,
    what="No container is privileged",
    why="It is root on the node",
    fix="leave privileged out",
    references=("CIS Kubernetes 5.2.2", "checkov CKV_K8S_16", "checkov CKV_K8S_27"),
    config=_SYSTEM,
)
def _privileged(resource: Resource, config: Node) -> Iterator[str]:
    for pod, name, container in _judged_containers(resource, config):
        windows = (each["securityContext.windowsOptions.hostProcess"] for each in (pod, container))
        if container["securityContext.privileged"].is_(True) or any(each.is_(True) for each in windows):
            yield f"has a privileged container {name}"


@rules.rule(
    "pod-gains-nothing",
    *PODS,
    severity=Severity.HIGH,
    what="A program in a container can't become more than it was started as",
    why="One file with the right bit, and it is root",
    fix="set allowPrivilegeEscalation to false",
    references=("CIS Kubernetes 5.2.6", "checkov CKV_K8S_20"),
    config=_SYSTEM,
)
def _escalation(resource: Resource, config: Node) -> Iterator[str]:
    for _, name, container in _judged_containers(resource, config):
        if _wrong(resource, container["securityContext.allowPrivilegeEscalation"], False):
            yield f"lets {name} become more than it was started as"


@rules.rule(
    "pod-not-root",
    *PODS,
    severity=Severity.HIGH,
    what="No container runs as root",
    why="A way out of the container is a way to being root on the node",
    fix="set runAsNonRoot, and a runAsUser that isn't 0",
    references=(
        "CIS Kubernetes 5.2.7",
        "checkov CKV_K8S_23",
        "checkov CKV_K8S_29",
        "checkov CKV_K8S_30",
    ),
    config=_SYSTEM,
)
def _root(resource: Resource, config: Node) -> Iterator[str]:
    for pod, name, container in _judged_containers(resource, config):
        user, other = (_own_or_of_pod(pod, container, field) for field in ("runAsUser", "runAsNonRoot"))
        if _wrong(resource, other, True) or user.is_(0):
            yield f"may run {name} as root"


@rules.rule(
    "pod-without-capabilities",
    *PODS,
    severity=Severity.HIGH,
    what="A container has no capabilities of root but to listen on low ports",
    why="Each of them is a part of root",
    fix="drop ALL",
    references=(
        "CIS Kubernetes 5.2.8",
        "CIS Kubernetes 5.2.9",
        "checkov CKV_K8S_25",
        "checkov CKV_K8S_28",
        "checkov CKV_K8S_37",
        "checkov CKV_K8S_39",
    ),
    config={**_SYSTEM, "allowed": ["NET_BIND_SERVICE"]},
)
def _capabilities(resource: Resource, config: Node) -> Iterator[str]:
    for _, name, container in _judged_containers(resource, config):
        given = container["securityContext.capabilities"]
        added = set(given["add"].texts()) - set(config["allowed"].texts())
        unsaid = given["drop"].opaque or (given["drop"].absent and is_patch(resource))
        if added or (not unsaid and "ALL" not in given["drop"].texts()):
            yield f"leaves {name} {', '.join(sorted(added)) or 'the capabilities that containers have by default'}"


@rules.rule(
    "pod-calls-filtered",
    *PODS,
    severity=Severity.MEDIUM,
    what="A container's calls to the kernel are filtered (seccomp)",
    why="A weakness of the kernel that no service needs is open to all of them",
    fix="set seccompProfile.type to RuntimeDefault",
    references=("CIS Kubernetes 5.6.2", "checkov CKV_K8S_31"),
    config=_SYSTEM,
)
def _seccomp(resource: Resource, config: Node) -> Iterator[str]:
    for pod, name, container in _judged_containers(resource, config):
        if _wrong(resource, _own_or_of_pod(pod, container, "seccompProfile")["type"], "RuntimeDefault", "Localhost"):
            yield f"filters no calls of {name}"


@rules.rule(
    "pod-volumes-harmless",
    *PODS,
    VOLUME,
    severity=Severity.HIGH,
    what="A pod has no directory of its node",
    why="It reads what other pods keep, or the node's own credentials",
    fix="use a volume of a kind that the restricted profile knows",
    references=("CIS Kubernetes 5.2.11", "checkov CKV_K8S_27"),
    config=_SYSTEM,
)
def _volumes(resource: Resource, config: Node) -> Iterator[str]:
    if resource.type == VOLUME and resource.inputs["spec.hostPath"].given:
        yield "is a directory of a node"
    for pod in _judged(resource, config):
        for volume in pod["volumes"].each():
            other = [kind for kind, value in volume.entries() if kind not in _VOLUMES and value.given]
            if other:
                yield f"has the volume {name_of(volume)} of kind {', '.join(other)}"


@rules.rule(
    "pod-takes-no-host-port",
    *PODS,
    severity=Severity.MEDIUM,
    what="A pod listens on no port of its node",
    why="It goes around the firewall between pods, and two of them don't fit on a node",
    fix="leave hostPort out, and give it a Service",
    references=("CIS Kubernetes 5.2.12", "checkov CKV_K8S_26"),
    config={"namespaces": ["kube-system", "foxden-ingress"]},
)
def _host_port(resource: Resource, config: Node) -> Iterator[str]:
    for _, name, container in _judged_containers(resource, config):
        taken = [port["hostPort"].number for port in container["ports"].each() if port["hostPort"].above(0)]
        if taken:
            yield f"takes port {', '.join(f'{port:.0f}' for port in taken if port)} of its node for {name}"


@rules.rule(
    "pod-leaves-kernel-alone",
    *PODS,
    severity=Severity.MEDIUM,
    what="A pod changes nothing of its node's kernel but what is its own",
    why="It weakens all the others",
    fix="leave unsafe sysctls, procMount, SELinux and AppArmor settings out",
    config=_SYSTEM,
)
def _kernel(resource: Resource, config: Node) -> Iterator[str]:
    for pod in _judged(resource, config):
        for sysctl in pod["securityContext.sysctls"].each():
            if sysctl["name"].is_not(*_SYSCTLS):
                yield f"sets {sysctl['name'].text or 'a sysctl'}"
        for place in (pod, *containers(pod)):
            label = place["securityContext.seLinuxOptions"]
            kind = label["type"]
            if label["user"].given or label["role"].given or (kind.given and kind.is_not(*_LABELS)):
                yield f"has a label of SELinux of its own{f', {kind.text}' * bool(kind.text)}"
        for container in containers(pod):
            mount = container["securityContext.procMount"]
            profile = _own_or_of_pod(pod, container, "appArmorProfile")["type"]
            if mount.given and mount.is_not("Default"):
                yield f"shows {name_of(container)} all of /proc"
            if profile.is_("Unconfined"):
                yield f"takes {name_of(container)} out of AppArmor"


@rules.rule(
    "pod-files-read-only",
    *PODS,
    severity=Severity.LOW,
    what="A container can't change its own image",
    why="What broke in stays, and logs fill the node",
    fix="set readOnlyRootFilesystem, and an emptyDir where it writes",
    references=(
        "checkov CKV_K8S_22",
        "pulumi kubernetes-apps-v1-deployment-enable-read-only-root-filesystem",
    ),
    config=_SYSTEM,
)
def _read_only(resource: Resource, config: Node) -> Iterator[str]:
    for _, name, container in _judged_containers(resource, config):
        if _wrong(resource, container["securityContext.readOnlyRootFilesystem"], True):
            yield f"lets {name} change its own files"
