"""Why something is not ready: what its conditions, its pods, their containers and the cluster's events say."""

from typing import Any

from local.plugins.kubernetes.cluster import Cluster, Object
from local.plugins.kubernetes.kinds import Kind
from local.plugins.kubernetes.readiness import condition

_PODS = Kind("v1", "Pod")
_SERVICE = Kind("v1", "Service")
_EVENTS = Kind("v1", "Event")
_SETS = Kind("apps/v1", "ReplicaSet")

_REVISION = "deployment.kubernetes.io/revision"
_LAST_LINES = 10
_MOST_PODS = 5
_MOST_EVENTS = 3

_GOOD_WHEN_FALSE = ("ReplicaFailure", "Failed", "FailureTarget")
_STARTING = ("ContainerCreating", "PodInitializing")


def of(cluster: Cluster, kind: Kind, live: Object) -> list[str]:
    """Everything that is said about the cause, the object first, then its pods; each once."""
    found = [*_conditions(live), *_events(cluster, live)]
    owners = [live]
    if kind.name == "Deployment":
        owners = _newest_sets(cluster, live)
        for owner in owners:
            found += _events(cluster, owner)
    pods = [live] if kind == _PODS else _pods_behind(cluster, kind, live, owners)
    for pod in [pod for pod in pods if not _is_well(pod)][:_MOST_PODS]:
        found += _of_pod(cluster, pod)
    return list(dict.fromkeys(found))


def _conditions(live: Object) -> list[str]:
    found = (live.get("status") or {}).get("conditions") or []
    bad = [entry for entry in found if entry.get("status") == str(entry["type"] in _GOOD_WHEN_FALSE)]
    return [f"[{entry.get('reason')}] {entry['message']}" for entry in bad if entry.get("message")]


def _events(cluster: Cluster, live: Object) -> list[str]:
    """The last warnings about the object."""
    metadata = live["metadata"]
    selector = f"involvedObject.uid={metadata.get('uid')},type=Warning"
    events = cluster.list(_EVENTS, metadata.get("namespace") or "default", fieldSelector=selector)
    events.sort(key=lambda event: str(event.get("lastTimestamp") or event["metadata"].get("creationTimestamp") or ""))
    said = dict.fromkeys(f"[{event.get('reason')}] {str(event.get('message')).strip()}" for event in events)
    return list(said)[-_MOST_EVENTS:]


def _newest_sets(cluster: Cluster, deployment: Object) -> list[Object]:
    """The replica set of the version that is rolled out."""
    owned = _owned(cluster, _SETS, [deployment])
    revision = (deployment["metadata"].get("annotations") or {}).get(_REVISION)
    return [found for found in owned if (found["metadata"].get("annotations") or {}).get(_REVISION) == revision]


def _pods_behind(cluster: Cluster, kind: Kind, live: Object, owners: list[Object]) -> list[Object]:
    """The pods that it owns, or, of a service, that its selector finds."""
    selector = (live.get("spec") or {}).get("selector")
    if kind == _SERVICE and selector:
        labels = ",".join(f"{key}={value}" for key, value in selector.items())
        return cluster.list(_PODS, live["metadata"]["namespace"], labelSelector=labels)
    return _owned(cluster, _PODS, [owner for owner in owners if "template" in (owner.get("spec") or {})])


def _owned(cluster: Cluster, kind: Kind, owners: list[Object]) -> list[Object]:
    if not owners:
        return []
    ids = {owner["metadata"].get("uid") for owner in owners}
    found = cluster.list(kind, owners[0]["metadata"]["namespace"])
    return [one for one in found if ids & {ref.get("uid") for ref in one["metadata"].get("ownerReferences") or []}]


def _is_well(pod: Object) -> bool:
    return condition(pod, "Ready").get("status") == "True" or (pod.get("status") or {}).get("phase") == "Succeeded"


def _of_pod(cluster: Cluster, pod: Object) -> list[str]:
    name = f"pod '{pod['metadata']['name']}'"
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        return [f"{name}: [{scheduled.get('reason')}] {scheduled.get('message')}"]
    status = pod.get("status") or {}
    states = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    found = [line for entry in states for line in _of_container(cluster, pod, entry)]
    said = [f"{name}, {line}" for line in found] + [f"{name}: {event}" for event in _events(cluster, pod)]
    if said:
        return said
    return [f"{name}: {status.get('phase')} {status.get('message') or status.get('reason') or ''}".strip()]


def _of_container(cluster: Cluster, pod: Object, entry: dict[str, Any]) -> list[str]:
    name = f"container '{entry['name']}'"
    state, last = entry.get("state") or {}, (entry.get("lastState") or {}).get("terminated")
    pause, ended = state.get("waiting"), state.get("terminated") or last
    lines = []
    if pause and pause.get("reason") not in _STARTING:
        lines.append(f"{name}: [{pause.get('reason')}] {pause.get('message') or ''}".rstrip())
    failed = bool(ended and ended.get("exitCode"))
    if ended and failed:
        why = ended.get("message") or ""
        lines.append(f"{name}: ended with exit code {ended['exitCode']} ({ended.get('reason')}) {why}".rstrip())
    # Who runs and is not taken for well, or was ended for that, may have said why.
    if failed or (not entry.get("ready") and (ended or "running" in state)):
        lines += _last_words(cluster, pod, entry["name"], previous=bool(last) and not state.get("terminated"))
    return lines


def _last_words(cluster: Cluster, pod: Object, container: str, previous: bool) -> list[str]:
    metadata = pod["metadata"]
    log = cluster.log(metadata["namespace"], metadata["name"], container, _LAST_LINES, previous).strip()
    return [f"container '{container}' wrote last:\n      " + "\n      ".join(log.splitlines())] if log else []
