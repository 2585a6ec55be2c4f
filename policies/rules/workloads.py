"""Workloads on Kubernetes: limits, probes, accounts, and what keeps them up."""

from collections.abc import Iterator

from policies.model import Resource, Severity, Stack
from policies.node import Node
from policies.reading import (
    CRON_JOBS,
    LASTING,
    POD,
    WORKLOADS,
    containers,
    name_of,
    namespace_of,
    pod_of,
    replicas,
)
from policies.rule import Domain

rules = Domain("workloads")

SPREAD = tuple(each for each in LASTING if not each.endswith("DaemonSet"))
"""A DaemonSet is on every node anyhow."""
BUDGET, SCALER = (
    "kubernetes:policy/v1:PodDisruptionBudget",
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
)
_SYSTEM = {"namespaces": ["kube-system"]}


def _selects(selector: Node, labels: Node) -> bool:
    """Whether an object with these labels is chosen, or may be: nothing is said of what can't be read."""
    wanted = list(selector["matchLabels"].entries())
    return selector.opaque or all(
        labels.exactly(key).opaque or labels.exactly(key).is_(value.value) for key, value in wanted
    )


@rules.rule(
    "container-limited",
    POD,
    *WORKLOADS,
    severity=Severity.HIGH,
    what="A container asks for the memory and processor time that it needs, and its memory has a limit",
    why="One that leaks takes the others on its node down",
    fix="set cpu and memory of the service",
    references=("checkov CKV_K8S_10", "checkov CKV_K8S_12", "checkov CKV_K8S_13"),
    config={"fields": ["requests.cpu", "requests.memory", "limits.memory"]},
)
def _limited(resource: Resource, config: Node) -> Iterator[str]:
    for container in containers(pod_of(resource), "initContainers", "containers"):
        missing = [field for field in config["fields"].texts() if container["resources"][field].absent]
        if missing:
            yield f"has no {', '.join(missing)} for {name_of(container)}"


@rules.rule(
    "container-probed",
    *LASTING,
    severity=Severity.HIGH,
    what="Somebody asks whether what runs is well, and whether it is ready",
    why="Requests go to what doesn't answer, and nothing starts it again",
    fix="give the service a health check",
    references=("checkov CKV_K8S_8", "checkov CKV_K8S_9"),
    config={"probes": ["readinessProbe", "livenessProbe"], "without_port": True},
)
def _probed(resource: Resource, config: Node) -> Iterator[str]:
    for container in containers(pod_of(resource), "containers"):
        missing = [probe for probe in config["probes"].texts() if container[probe].absent]
        if missing and not (container["ports"].absent and config["without_port"].is_(True)):
            yield f"has no {', '.join(missing)} for {name_of(container)}"


@rules.rule(
    "pod-has-account",
    POD,
    *WORKLOADS,
    severity=Severity.MEDIUM,
    what="A pod has an account of its own",
    why="What the namespace's default account is given, everything there has",
    fix="give it a serviceAccountName",
    references=("CIS Kubernetes 5.1.5", "checkov CKV_K8S_41"),
)
def _account(resource: Resource, _config: Node) -> Iterator[str]:
    account = pod_of(resource)["serviceAccountName"]
    if not pod_of(resource).opaque and (account.absent or account.is_("default")):
        yield "has the default account"


@rules.rule(
    "pod-has-no-token",
    POD,
    *WORKLOADS,
    severity=Severity.MEDIUM,
    what="A service can't speak to Kubernetes itself",
    why="Whoever breaks into it can",
    fix="set automountServiceAccountToken to false",
    references=("CIS Kubernetes 5.1.6", "checkov CKV_K8S_38"),
    config={"namespaces": ["kube-system", "foxden-ingress"]},
)
def _token(resource: Resource, config: Node) -> Iterator[str]:
    pod = pod_of(resource)
    if namespace_of(resource) not in config["namespaces"].texts() and pod["automountServiceAccountToken"].is_not(False):
        yield "has a token of its account"


@rules.rule(
    "no-default-account-used",
    "kubernetes:core/v1:ServiceAccount",
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    severity=Severity.MEDIUM,
    what="Nobody gives a namespace's default account anything",
    why="Everything in the namespace has it",
    fix="make an account for the one that needs it",
    references=("CIS Kubernetes 5.1.5", "checkov CKV_K8S_42"),
)
def _default_account(resource: Resource, _config: Node) -> Iterator[str]:
    if resource.type.endswith("ServiceAccount") and resource.inputs["metadata.name"].is_("default"):
        yield "is the default account"
    for subject in resource.inputs["subjects"].each():
        if subject["kind"].is_("ServiceAccount") and subject["name"].is_("default"):
            yield "gives the default account something"


@rules.rule(
    "no-single-pods",
    POD,
    severity=Severity.MEDIUM,
    what="Something makes a pod anew when its node goes",
    why="It is gone with the node, and nobody notices",
    fix="make it a Deployment, a Job or a DaemonSet",
    references=("pulumi kubernetes-core-v1-pod-disallow-pod",),
)
def _single(_pod: Resource, _config: Node) -> Iterator[str]:
    yield "is made anew by nobody"


@rules.whole(
    "disruptions-bounded",
    severity=Severity.MEDIUM,
    what="What runs more than once is never emptied from all nodes at a time",
    why="A rollout of machines takes a service down",
    fix="give it a PodDisruptionBudget that lets one go",
    config=_SYSTEM,
)
def _bounded(stack: Stack, config: Node) -> Iterator[tuple[Resource, str]]:
    budgets = list(stack.of(BUDGET))
    for workload in stack.of(*SPREAD):
        labels, place = workload.inputs["spec.template.metadata.labels"], namespace_of(workload)
        fitting = [
            each for each in budgets if namespace_of(each) == place and _selects(each.inputs["spec.selector"], labels)
        ]
        if (replicas(workload) or 0) > 1 and place not in config["namespaces"].texts() and not fitting:
            yield workload, "may be emptied from all nodes at a time"


@rules.rule(
    "pods-spread",
    *SPREAD,
    severity=Severity.MEDIUM,
    what="What runs more than once is on several nodes and in several zones",
    why="The loss of one is the loss of all",
    fix="give it topologySpreadConstraints",
)
def _spread(workload: Resource, _config: Node) -> Iterator[str]:
    pod = pod_of(workload)
    spread = pod["topologySpreadConstraints"].given or pod["affinity.podAntiAffinity"].given
    if (replicas(workload) or 0) > 1 and not pod.opaque and not spread:
        yield "may have all its pods on one node"


@rules.rule(
    "runs-not-on-top-of-each-other",
    *CRON_JOBS,
    severity=Severity.MEDIUM,
    what="What runs by the clock waits for its last run",
    why="Two of them do the same at once",
    fix="set concurrencyPolicy to Forbid",
)
def _overlapping(cron: Resource, _config: Node) -> Iterator[str]:
    policy = cron.inputs["spec.concurrencyPolicy"]
    if policy.absent or policy.is_("Allow"):
        yield "may run twice at once"


@rules.rule(
    "run-ends",
    *CRON_JOBS,
    "kubernetes:batch/v1:Job",
    severity=Severity.LOW,
    what="What runs to an end is ended when it takes too long, or fails too often",
    why="It hangs, and nothing runs after it",
    fix="set activeDeadlineSeconds or backoffLimit",
)
def _ends(resource: Resource, _config: Node) -> Iterator[str]:
    spec = resource.inputs["spec.jobTemplate.spec" if resource.type in CRON_JOBS else "spec"]
    if not spec.opaque and spec["activeDeadlineSeconds"].absent and spec["backoffLimit"].absent:
        yield "is never given up"
