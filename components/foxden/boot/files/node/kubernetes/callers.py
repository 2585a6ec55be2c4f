"""The pods that ask the API: how long a token serves them, and whom they trust, which they have read once."""

from collections.abc import Iterator
from typing import Any

from .api import Kube, moment

_AUTHORITY = "kube-root-ca.crt"
"""What every namespace has to know the API by."""
_STARTED_AGAIN = ("DaemonSet", "Deployment", "StatefulSet")
_USUAL, _LONGEST = 3607, 24 * 3600
"""Seconds: for which a pod has a token unless it says otherwise, and after which its kubelet gets it another anyway."""
_ENDED = ("Failed", "Succeeded")


def older(api: Kube, since: float) -> list[str]:
    """The commands of kubectl after which no pod that asks the API has begun before that time; sorted."""
    return sorted(
        {_again(pod) for pod in _pods(api) if _asks(pod) and moment(pod["metadata"]["creationTimestamp"]) < since}
    )


def token_seconds(api: Kube) -> int:
    """For how long a pod may show a token that it has got just now."""
    found = [each.get("serviceAccountToken") or {} for pod in _pods(api) for each in _projected(pod)]
    return min(_LONGEST, max([_USUAL, *(each.get("expirationSeconds") or 0 for each in found)]))


def _pods(api: Kube) -> Iterator[dict[str, Any]]:
    """Those that go on."""
    for pod in api.get("/api/v1/pods").get("items") or []:
        if not pod["metadata"].get("deletionTimestamp") and (pod.get("status") or {}).get("phase") not in _ENDED:
            yield pod


def _asks(pod: dict[str, Any]) -> bool:
    """Whether it has what the API is known by."""
    volumes = pod["spec"].get("volumes") or []
    return any((each.get("configMap") or {}).get("name") == _AUTHORITY for each in [*volumes, *_projected(pod)])


def _projected(pod: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for volume in pod["spec"].get("volumes") or []:
        yield from (volume.get("projected") or {}).get("sources") or []


def _again(pod: dict[str, Any]) -> str:
    """How it is started again: by whoever keeps it, without an end of what it does where that is possible."""
    known = pod["metadata"]
    owners = [(each["kind"], each["name"]) for each in known.get("ownerReferences") or [] if each.get("controller")]
    kind, name = owners[0] if owners else ("", "")
    number = (known.get("labels") or {}).get("pod-template-hash")
    if kind == "ReplicaSet" and number and name.endswith(f"-{number}"):
        kind, name = "Deployment", name.removesuffix(f"-{number}")
    if kind in _STARTED_AGAIN:
        return f"kubectl -n {known['namespace']} rollout restart {kind.lower()}/{name}"
    return f"kubectl -n {known['namespace']} delete pod/{known['name']}"
