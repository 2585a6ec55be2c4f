"""Waiting for an object to be ready, and for one to be gone."""

import time
from collections.abc import Callable

from local.plugins.errors import Failure, OperationError
from local.plugins.kubernetes import readiness, reasons
from local.plugins.kubernetes.cluster import Cluster, Object
from local.plugins.kubernetes.kinds import Kind
from local.plugins.kubernetes.objects import SKIP_AWAIT, awaited_condition, id_of, is_true
from local.plugins.kubernetes.readiness import READY, State, waiting

USUAL_SECONDS = 600.0
"""How long an object may take, unless the program says otherwise: the official plugin's ten minutes."""

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 2.0

_SLICES = Kind("discovery.k8s.io/v1", "EndpointSlice")
_SERVICE = Kind("v1", "Service")
_CLASS = Kind("storage.k8s.io/v1", "StorageClass")


class NotReady(Failure):
    """The object is there, but not what it promises."""

    def __init__(self, text: str, live: Object) -> None:
        super().__init__(text)
        self.live = live


def state_of(cluster: Cluster, kind: Kind, live: Object) -> State:
    """How far the object is now."""
    if is_true(live, SKIP_AWAIT):
        return READY
    awaited = awaited_condition(live)
    if awaited:
        return readiness.conditional(live, awaited)
    rule = readiness.RULES.get((kind.group, kind.name))
    if rule:
        return rule(live)
    looks = _LOOKS.get((kind.group, kind.name))
    return looks(cluster, live) if looks else READY


def until_ready(cluster: Cluster, kind: Kind, live: Object, seconds: float) -> Object:
    """Wait for an object that was just written; returns it as it is then.

    Raises NotReady with what is wrong with it and its pods, when it failed or ``seconds`` are over.
    """
    began = time.monotonic()
    limit = began + seconds
    pause = _FIRST_PAUSE
    # What was said of an earlier version stays until one that there was before, and is wished again, gets on.
    old_news = readiness.overdue(live)
    while True:
        state = state_of(cluster, kind, live)
        if state.ready:
            return live
        old = old_news and readiness.overdue(live) == old_news and time.monotonic() < began + readiness.patience(live)
        if state.failed and not old:
            raise not_ready(cluster, kind, live, state.text)
        if time.monotonic() > limit:
            raise not_ready(cluster, kind, live, f"timed out after {seconds:g} s: {state.text}")
        cluster.http.pause(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)
        namespace, name = live["metadata"].get("namespace", ""), live["metadata"]["name"]
        now = cluster.get(kind, namespace, name)
        if now is None:
            raise Failure(f"'{id_of(live)}' was deleted by somebody else while it was waited for")
        live = now


def not_ready(cluster: Cluster, kind: Kind, live: Object, text: str) -> NotReady:
    """The error for an object, with everything that can be found out about the cause."""
    try:
        found = reasons.of(cluster, kind, live)
    except OperationError as error:  # it is the object's trouble that matters, not that of who asks
        found = [f"(more can't be found out: {error})"]
    what = f"{kind.name} '{id_of(live)}' is there, but failed to become ready: {text}"
    return NotReady("\n".join([what, *(f"  - {reason}" for reason in found if reason != text)]), live)


def until_gone(cluster: Cluster, kind: Kind, thing: Object, seconds: float) -> None:
    """Wait for the end of an object that is being deleted. Raises Failure with what holds it."""
    limit = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    namespace, name = thing["metadata"].get("namespace", ""), thing["metadata"]["name"]
    while True:
        live = cluster.get(kind, namespace, name)
        if live is None or live["metadata"].get("uid") != thing["metadata"].get("uid", live["metadata"].get("uid")):
            return
        if time.monotonic() > limit:
            raise Failure(f"timed out after {seconds:g} s: {kind.name} '{id_of(live)}' still exists{_held(live)}")
        cluster.http.pause(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _held(live: Object) -> str:
    finalizers = [*(live["metadata"].get("finalizers") or []), *((live.get("spec") or {}).get("finalizers") or [])]
    conditions = (live.get("status") or {}).get("conditions") or []
    said = [entry["message"] for entry in conditions if entry.get("status") == "True" and entry.get("message")]
    held = f" (finalizers: {', '.join(finalizers)})" if finalizers else ""
    return held + (f": {'; '.join(said)}" if said and live["metadata"].get("deletionTimestamp") else "")


def _service(cluster: Cluster, live: Object) -> State:
    """Somebody answers, and a balancer has an address."""
    spec = live["spec"]
    if spec.get("type") == "LoadBalancer" and not _balancer(live):
        return waiting("the balancer has no address yet")
    if spec.get("type") == "ExternalName" or not spec.get("selector"):
        return READY
    name = live["metadata"]["name"]
    answering = _has_endpoints(cluster, live["metadata"]["namespace"], name)
    return READY if answering else waiting("no pod that its selector finds is ready")


def _ingress(cluster: Cluster, live: Object) -> State:
    """What it leads to answers, and a controller gave it an address."""
    namespace = live["metadata"]["namespace"]
    for name in _backends(live):
        service = cluster.get(_SERVICE, namespace, name)
        if service is None:
            return waiting(f"it leads to service '{name}', which is not there")
        if service["spec"].get("type") == "ExternalName":
            continue
        if not _has_endpoints(cluster, namespace, name):
            return waiting(f"it leads to service '{name}', none of whose pods is ready")
    return READY if _balancer(live) else waiting("no ingress controller has given it an address")


def _backends(live: Object) -> list[str]:
    spec = live["spec"]
    found = [spec["defaultBackend"]] if spec.get("defaultBackend") else []
    for rule in spec.get("rules") or []:
        found += [path["backend"] for path in (rule.get("http") or {}).get("paths") or []]
    return sorted({backend["service"]["name"] for backend in found if backend.get("service")})


def _balancer(live: Object) -> bool:
    return bool(((live.get("status") or {}).get("loadBalancer") or {}).get("ingress"))


def _has_endpoints(cluster: Cluster, namespace: str, service: str) -> bool:
    slices = cluster.list(_SLICES, namespace, labelSelector=f"kubernetes.io/service-name={service}")
    endpoints = [endpoint for found in slices for endpoint in found.get("endpoints") or []]
    return any((endpoint.get("conditions") or {}).get("ready") is not False for endpoint in endpoints)


def _claim(cluster: Cluster, live: Object) -> State:
    """It is bound, unless its class binds it only for its first pod."""
    name = live["spec"].get("storageClassName")
    found = cluster.get(_CLASS, "", name) if name else None
    if found and found.get("volumeBindingMode") == "WaitForFirstConsumer":
        return READY
    return readiness.claim(live)


_LOOKS: dict[tuple[str, str], Callable[[Cluster, Object], State]] = {
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Service"): _service,
    ("networking.k8s.io", "Ingress"): _ingress,
}
"""API group and kind -> rule, where other objects tell too."""
