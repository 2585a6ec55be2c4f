"""Of rules on pods, workloads and access to Kubernetes."""

from policies.model import Resource
from policies.reading import CRON_JOB, CRON_JOBS, LASTING, POD
from policies.rules.access import INGRESS, NAMESPACE, NETWORK_POLICY, RBAC, SERVICE
from policies.rules.pods import VOLUME
from policies.rules.workloads import BUDGET
from tests.policies.examples import good
from tests.policies.examples.making import GONE, Change, Example, changed, one, pod, resource

DEPLOYMENT = LASTING[0]
_CONTEXT = "containers.0.securityContext"
_SHARING = {"hostNetwork": True, "containers": []}
_PATCHED = "spec.template.spec.containers.0.securityContext"
_PATCH = {"spec": {"template": {"spec": {"containers": [{"name": "main", "securityContext": {}}]}}}}
"""It changes nothing that a rule looks at, and says nothing of it."""


def _patch(*changes: Change) -> Example:
    """The same of what patches a Deployment's first container."""
    return one(
        f"{DEPLOYMENT}Patch",
        _PATCH,
        *({f"{_PATCHED}.{path}": value} for each in changes for path, value in each.items()),
    )


def _of_every_kind() -> tuple[tuple[Resource, ...], ...]:
    """All that makes pods, each with one that shares its node's network."""
    kept = [*LASTING, *CRON_JOBS, f"{DEPLOYMENT}Patch", f"{CRON_JOB}Patch"]
    by_clock = {"spec": {"jobTemplate": {"spec": {"template": {"spec": _SHARING}}}}}
    return (
        (resource("kubernetes:core/v1:PodTemplate", {"template": {"spec": _SHARING}}),),
        (resource(f"{POD}Patch", {"spec": _SHARING}),),
        *(
            (resource(kind, by_clock if "CronJob" in kind else {"spec": {"template": {"spec": _SHARING}}}),)
            for kind in kept
        ),
    )


PODS = {
    "pod-apart-from-host": pod(good.DEPLOYMENT, {"hostNetwork": True}, {"hostPID": True}, {"hostIPC": True})
    + Example((), _of_every_kind()),
    "pod-not-privileged": pod(
        good.DEPLOYMENT,
        {f"{_CONTEXT}.privileged": True},
        {f"{_CONTEXT}.windowsOptions": {"hostProcess": True}},
        {"securityContext.windowsOptions": {"hostProcess": True}},
        {"initContainers": [{"name": "before", "securityContext": {"privileged": True}}]},
    )
    + _patch({"privileged": True}),
    "pod-gains-nothing": pod(good.DEPLOYMENT, {f"{_CONTEXT}.allowPrivilegeEscalation": GONE})
    + _patch({"allowPrivilegeEscalation": True}),
    "pod-not-root": pod(
        good.DEPLOYMENT,
        {"securityContext.runAsNonRoot": GONE},
        {"securityContext.runAsUser": 0},
        {f"{_CONTEXT}.runAsUser": 0},
    )
    + _patch({"runAsUser": 0}, {"runAsNonRoot": False}),
    "pod-without-capabilities": pod(
        good.DEPLOYMENT,
        {f"{_CONTEXT}.capabilities": GONE},
        {f"{_CONTEXT}.capabilities.add": ["NET_RAW"]},
        also_good=({f"{_CONTEXT}.capabilities.add": ["NET_BIND_SERVICE"]},),
    )
    + _patch({"capabilities": {"add": ["SYS_ADMIN"]}}),
    "pod-calls-filtered": pod(
        good.DEPLOYMENT,
        {"securityContext.seccompProfile": GONE},
        {f"{_CONTEXT}.seccompProfile": {"type": "Unconfined"}},
    )
    + _patch({"seccompProfile": {"type": "Unconfined"}}),
    "pod-volumes-harmless": pod(good.DEPLOYMENT, {"volumes": [{"name": "all", "hostPath": {"path": "/"}}]})
    + one(VOLUME, {"spec": {"csi": {"driver": "ebs.csi.aws.com"}}}, {"spec": {"hostPath": {"path": "/"}}}),
    "pod-takes-no-host-port": pod(good.DEPLOYMENT, {"containers.0.ports.0.hostPort": 80}),
    "pod-leaves-kernel-alone": pod(
        good.DEPLOYMENT,
        {"securityContext.sysctls.0.name": "kernel.msgmax"},
        {f"{_CONTEXT}.procMount": "Unmasked"},
        {f"{_CONTEXT}.appArmorProfile": {"type": "Unconfined"}},
        {"securityContext.seLinuxOptions": {"type": "spc_t"}},
        {f"{_CONTEXT}.seLinuxOptions": {"user": "system_u"}},
        also_good=({f"{_CONTEXT}.seLinuxOptions": {"type": "container_t", "level": "s0:c1"}},),
    ),
    "pod-files-read-only": pod(good.DEPLOYMENT, {f"{_CONTEXT}.readOnlyRootFilesystem": GONE})
    + _patch({"readOnlyRootFilesystem": False}),
}

_BUDGET = {
    "metadata": {"namespace": "dev"},
    "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app.kubernetes.io/name": "pods"}}},
}
_BY_CLOCK = {"spec": {"concurrencyPolicy": "Forbid", "jobTemplate": {"spec": {"backoffLimit": 1}}}}
_BINDING = {"roleRef": {"name": "foxden-ingress"}, "subjects": [{"kind": "ServiceAccount", "name": "ingress"}]}

WORKLOADS = {
    "container-limited": pod(
        good.DEPLOYMENT, {"containers.0.resources.limits": GONE}, {"containers.0.resources.requests.cpu": GONE}
    ),
    "container-probed": pod(
        good.DEPLOYMENT,
        {"containers.0.livenessProbe": GONE},
        {"containers.0.readinessProbe": GONE},
        also_good=({"containers.0.livenessProbe": GONE, "containers.0.ports": GONE},),
    ),
    "pod-has-account": pod(good.DEPLOYMENT, {"serviceAccountName": GONE}, {"serviceAccountName": "default"}),
    "pod-has-no-token": pod(good.DEPLOYMENT, {"automountServiceAccountToken": GONE}),
    "no-default-account-used": one(f"{RBAC}RoleBinding", _BINDING, {"subjects.0.name": "default"}),
    "no-single-pods": Example(((resource(DEPLOYMENT, good.DEPLOYMENT),),), ((resource(POD),),)),
    "disruptions-bounded": Example(
        (
            (resource(DEPLOYMENT, good.DEPLOYMENT), resource(BUDGET, _BUDGET)),
            (resource(DEPLOYMENT, changed(good.DEPLOYMENT, {"spec.replicas": 1})),),
        ),
        (
            (resource(DEPLOYMENT, good.DEPLOYMENT),),
            (resource(DEPLOYMENT, good.DEPLOYMENT), resource(BUDGET, changed(_BUDGET, {"metadata.namespace": "qa"}))),
        ),
    ),
    "pods-spread": pod(good.DEPLOYMENT, {"topologySpreadConstraints": GONE}),
    "runs-not-on-top-of-each-other": one(
        CRON_JOB, _BY_CLOCK, {"spec.concurrencyPolicy": "Allow"}, {"spec.concurrencyPolicy": GONE}
    ),
    "run-ends": one(CRON_JOB, _BY_CLOCK, {"spec.jobTemplate.spec.backoffLimit": GONE}),
}

_NAMESPACE = {"metadata": {"name": "dev", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
_DENY = {"metadata": {"namespace": "dev"}, "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}}
_FROM = {"spec": {"ingress": [{"from": [{"podSelector": {"matchLabels": {"needs.foxden/pods": "true"}}}]}]}}
_ROLE = {"rules": [{"apiGroups": [""], "resources": ["services"], "verbs": ["get", "list", "watch"]}]}

ACCESS = {
    "namespace-restricted": one(NAMESPACE, _NAMESPACE, {"metadata.labels": {}}),
    "namespace-closed": Example(
        ((resource(NAMESPACE, _NAMESPACE), resource(NETWORK_POLICY, _DENY)),),
        (
            (resource(NAMESPACE, _NAMESPACE),),
            (
                resource(NAMESPACE, _NAMESPACE),
                resource(NETWORK_POLICY, changed(_DENY, {"spec.podSelector": {"matchLabels": {"a": "b"}}})),
            ),
        ),
    ),
    "no-open-network-policy": one(NETWORK_POLICY, _FROM, {"spec.ingress": [{"ports": [{"port": 80}]}]}),
    "not-in-default-namespace": one(
        DEPLOYMENT, good.DEPLOYMENT, {"metadata.namespace": "default"}, {"metadata.namespace": GONE}
    ),
    "no-wildcard-roles": one(f"{RBAC}ClusterRole", _ROLE, {"rules.0.verbs": ["*"]}, {"rules.0.resources": ["*"]}),
    "no-cluster-admin": one(
        f"{RBAC}ClusterRoleBinding",
        _BINDING,
        {"roleRef.name": "cluster-admin"},
        {"subjects": [{"kind": "Group", "name": "system:masters"}]},
    ),
    "no-role-to-more": one(
        f"{RBAC}ClusterRole",
        _ROLE,
        {"rules.0.verbs": ["escalate"]},
        {"rules.0.resources": ["serviceaccounts/token"], "rules.0.verbs": ["create"]},
        also_good=({"rules.0.resources": ["validatingwebhookconfigurations"]},),
    ),
    "no-reading-all-secrets": one(
        f"{RBAC}ClusterRole",
        _ROLE,
        {"rules.0.resources": ["secrets"]},
        also_good=({"rules.0.resources": ["secrets"], "rules.0.resourceNames": ["one"]},),
    ),
    "service-inside": one(
        SERVICE,
        {"metadata": {"namespace": "dev"}, "spec": {"type": "ClusterIP"}},
        {"spec.type": "LoadBalancer"},
        {"spec.type": "NodePort"},
    ),
    "no-snippets-in-ingress": one(
        INGRESS,
        {"metadata": {"annotations": {"pulumi.com/skipAwait": "true"}}},
        {"metadata.annotations": {"nginx.ingress.kubernetes.io/server-snippet": "..."}},
    ),
}

EXAMPLES = {**PODS, **WORKLOADS, **ACCESS}
