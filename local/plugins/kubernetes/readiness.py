"""Whether an object is what its kind promises: rolled out, complete, bound, reachable. Pure.

The rules are those the official plugin documents, or ``kubectl rollout status``' where these are stricter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.plugins.kubernetes.cluster import Object


@dataclass(frozen=True)
class State:
    """How far an object is."""

    ready: bool
    text: str = ""
    """What it waits for, or why it won't become ready."""
    failed: bool = False
    """No waiting helps."""


READY = State(True)

_NO_DEADLINE = 2**31 - 1
"""The ``progressDeadlineSeconds`` with which a Deployment's controller does not judge its progress."""


def waiting(text: str) -> State:
    """Not yet."""
    return State(False, text)


def failed(text: str) -> State:
    """Never, as it is."""
    return State(False, text, failed=True)


def condition(thing: Object, kind: str) -> dict[str, Any]:
    """A condition of the object's status; empty when it has none of that type."""
    found = (thing.get("status") or {}).get("conditions") or []
    return next((dict(entry) for entry in found if entry.get("type") == kind), {})


def conditional(thing: Object, kind: str) -> State:
    """A condition of that type holds, which the program itself names."""
    said = condition(thing, kind)
    why = f": [{said['reason']}] {said.get('message', '')}" if said.get("reason") else ""
    return READY if said.get("status") == "True" else waiting(f"its condition {kind} does not hold{why}")


def _holds(thing: Object, kind: str) -> bool:
    return condition(thing, kind).get("status") == "True"


def _seen(thing: Object) -> bool:
    """Whether the controller has noticed the last change."""
    return int((thing.get("status") or {}).get("observedGeneration") or 0) >= int(thing["metadata"]["generation"])


def _count(section: Any, name: str, missing: int = 0) -> int:
    value = (section or {}).get(name)
    return missing if value is None else int(value)


def overdue(thing: Object) -> dict[str, Any]:
    """What a Deployment's controller says of a rollout that did not get on in time; empty when it does not."""
    said = condition(thing, "Progressing")
    return said if said.get("reason") == "ProgressDeadlineExceeded" else {}


def patience(thing: Object) -> int:
    """Seconds that the controller gives a rollout to get on."""
    return _count(thing.get("spec"), "progressDeadlineSeconds", 600)


def deployment(thing: Object) -> State:
    """All replicas are of the last version and available, and none is left of an older one."""
    spec, status = thing["spec"], thing.get("status") or {}
    if spec.get("paused"):
        return READY
    if not _seen(thing):
        return waiting("waiting for the rollout to begin")
    late = overdue(thing)
    if late:
        return failed(f"[{late['reason']}] {late.get('message')}")
    progressing = condition(thing, "Progressing")
    wanted, updated = _count(spec, "replicas", 1), _count(status, "updatedReplicas")
    available, existing = _count(status, "availableReplicas"), _count(status, "replicas")
    if updated < wanted:
        return waiting(f"{updated} of {wanted} replicas are of the new version")
    if existing > updated:
        return waiting(f"{existing - updated} old replicas are on their way out")
    if available < updated:
        return waiting(f"{available} of {updated} replicas are available")
    judged = progressing and spec.get("progressDeadlineSeconds") != _NO_DEADLINE
    if judged and progressing.get("reason") != "NewReplicaSetAvailable":
        return waiting("waiting for the controller to say that the rollout is complete")
    return READY


def stateful_set(thing: Object) -> State:
    """All replicas are ready, and those that the update strategy replaces are of the last version."""
    spec, status = thing["spec"], thing.get("status") or {}
    if not _seen(thing):
        return waiting("waiting for the rollout to begin")
    wanted, ready = _count(spec, "replicas", 1), _count(status, "readyReplicas")
    if ready < wanted:
        return waiting(f"{ready} of {wanted} replicas are ready")
    strategy = spec.get("updateStrategy") or {}
    if strategy.get("type") == "OnDelete" or status.get("updateRevision") == status.get("currentRevision"):
        return READY
    partition = _count(strategy.get("rollingUpdate"), "partition")
    updated = _count(status, "updatedReplicas")
    if updated < wanted - partition:
        return waiting(f"{updated} of {wanted - partition} replicas are of the new version")
    return READY if partition else waiting("waiting for the rollout to be complete")


def daemon_set(thing: Object) -> State:
    """Every node that is to have one has an available pod of the last version."""
    status = thing.get("status") or {}
    if (thing["spec"].get("updateStrategy") or {}).get("type") == "OnDelete":
        return READY
    if not _seen(thing):
        return waiting("waiting for the rollout to begin")
    wanted = _count(status, "desiredNumberScheduled")
    updated, available = _count(status, "updatedNumberScheduled"), _count(status, "numberAvailable")
    if updated < wanted:
        return waiting(f"{updated} of {wanted} pods are of the new version")
    return READY if available >= wanted else waiting(f"{available} of {wanted} pods are available")


def replica_set(thing: Object) -> State:
    """All replicas are available."""
    wanted = _count(thing["spec"], "replicas", 1)
    available = _count(thing.get("status"), "availableReplicas")
    return READY if _seen(thing) and available >= wanted else waiting(f"{available} of {wanted} replicas are available")


def job(thing: Object) -> State:
    """It is complete; a suspended one is not expected to be."""
    if _holds(thing, "Complete") or thing["spec"].get("suspend"):
        return READY
    if _holds(thing, "Failed"):
        why = condition(thing, "Failed")
        return failed(f"[{why.get('reason')}] {why.get('message')}")
    done, wanted = _count(thing.get("status"), "succeeded"), _count(thing["spec"], "completions", 1)
    return waiting(f"{done} of {wanted} runs are complete")


def pod(thing: Object) -> State:
    """It is ready, or has done its work."""
    phase = (thing.get("status") or {}).get("phase")
    if phase == "Succeeded" or _holds(thing, "Ready"):
        return READY
    if phase == "Failed":
        return failed(f"the pod has failed: {(thing['status'].get('message') or thing['status'].get('reason') or '')}")
    return waiting(f"the pod is not ready ({phase or 'Pending'})")


def volume(thing: Object) -> State:
    """It is available, or a claim's already."""
    phase = (thing.get("status") or {}).get("phase")
    if phase in ("Available", "Bound"):
        return READY
    return failed("the volume has failed") if phase == "Failed" else waiting(f"the volume is {phase or 'Pending'}")


def claim(thing: Object) -> State:
    """It is bound to a volume."""
    phase = (thing.get("status") or {}).get("phase")
    if phase == "Lost":
        return failed("the claim has lost its volume")
    return READY if phase == "Bound" else waiting(f"the claim is {phase or 'Pending'}, not bound to a volume")


def quota(thing: Object) -> State:
    """The limits are in force; where there is none, the official plugin waits in vain, and so do we."""
    wanted, hard = thing["spec"].get("hard"), (thing.get("status") or {}).get("hard")
    return READY if wanted and wanted == hard else waiting("the limits are not in force yet")


def secret(thing: Object) -> State:
    """A token that the cluster is to make is there."""
    made = thing.get("type") != "kubernetes.io/service-account-token" or (thing.get("data") or {}).get("token")
    return READY if made else waiting("waiting for the token")


def definition(thing: Object) -> State:
    """A custom resource's kind is served."""
    if condition(thing, "NamesAccepted").get("status") == "False":
        return failed(str(condition(thing, "NamesAccepted").get("message")))
    return READY if _holds(thing, "Established") else waiting("the kind is not served yet")


RULES: dict[tuple[str, str], Callable[[Object], State]] = {
    ("", "PersistentVolume"): volume,
    ("", "Pod"): pod,
    ("", "ReplicationController"): replica_set,
    ("", "ResourceQuota"): quota,
    ("", "Secret"): secret,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): definition,
    ("apps", "DaemonSet"): daemon_set,
    ("apps", "Deployment"): deployment,
    ("apps", "ReplicaSet"): replica_set,
    ("apps", "StatefulSet"): stateful_set,
    ("batch", "Job"): job,
}
"""API group and kind -> rule, where the object alone tells."""
