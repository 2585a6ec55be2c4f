"""Moves the pods of this node elsewhere: nothing new comes, and each goes as its disruption budget allows.

It is done as the kubelet, which the API lets change its own node, and evict the pods that are on it, and no more.
"""

from collections.abc import Callable
from typing import Any

from ..rest import ApiError
from ..waiting import never, until
from .api import Kube

_TOO_MANY = 429
_MIRROR = "kubernetes.io/config.mirror"


def drain(
    api: Callable[[], Kube],
    node: str,
    deadline: int,
    meanwhile: Callable[[], None],
    unless: Callable[[], bool] = never,
) -> bool:
    """Until all of them are gone; False when time is up before, or ``unless`` says so.

    ``api`` is asked for each time: who asks is renewed.
    """
    return until(lambda: cordon(api(), node) and not evict(api(), node), deadline, meanwhile, unless=unless)


def cordon(api: Kube, node: str) -> bool:
    """See that no new pods come."""
    return bool(api.merge(f"/api/v1/nodes/{node}", {"spec": {"unschedulable": True}}))


def evict(api: Kube, node: str) -> list[str]:
    """Ask each pod to go that has not been asked; the names of those that are still there."""
    pods = api.get(f"/api/v1/pods?fieldSelector=spec.nodeName%3D{node}").get("items") or []
    left, failed = [pod for pod in pods if moves(pod)], []
    for pod in left:
        if not pod["metadata"].get("deletionTimestamp"):
            try:
                _ask(api, pod["metadata"])
            except ApiError as error:  # as for a pod that has two budgets: all others are asked
                failed.append(error)
    if failed:
        raise failed[0]
    return [f"{pod['metadata']['namespace']}/{pod['metadata']['name']}" for pod in left]


def moves(pod: dict[str, Any]) -> bool:
    """Whether a pod has a place elsewhere: one that every node has, and one that has ended, do not."""
    owners = pod["metadata"].get("ownerReferences") or []
    everywhere = any(owner.get("controller") and owner["kind"] == "DaemonSet" for owner in owners)
    mirror = _MIRROR in (pod["metadata"].get("annotations") or {})
    return not (everywhere or mirror or (pod.get("status") or {}).get("phase") in ("Failed", "Succeeded"))


def _ask(api: Kube, pod: dict[str, Any]) -> None:
    named = {"name": pod["name"], "namespace": pod["namespace"]}
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": named}
    try:
        api.call("POST", f"/api/v1/namespaces/{pod['namespace']}/pods/{pod['name']}/eviction", body)
    except ApiError as error:
        # Its budget has no room yet, or it is gone already.
        if error.status not in (404, _TOO_MANY):
            raise
