"""What is done to objects: create, update, read, delete, each with its wait."""

from local.plugins.contract import Found
from local.plugins.errors import Failure, Incomplete, OperationError
from local.plugins.kubernetes import awaiting, drift
from local.plugins.kubernetes.awaiting import USUAL_SECONDS, NotReady
from local.plugins.kubernetes.cluster import ApiError, Cluster, NoSuchKind, Object
from local.plugins.kubernetes.kinds import Kind
from local.plugins.kubernetes.objects import (
    FORCE,
    MANAGERS,
    SKIP_AWAIT,
    id_of,
    is_true,
    manager_of,
    propagation_of,
    seconds_of,
    split_id,
)
from local.plugins.kubernetes.sealing import without
from local.plugins.wire import Values

_PATIENCE = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Pauses (s) between attempts to create something in a namespace, or of a kind, that is not there yet."""


def usual_namespace(cluster: Cluster, kind: Kind) -> str:
    """Where an object goes that names no namespace; empty for a kind that has none, or that is not there yet."""
    try:
        return cluster.settings.namespace if cluster.resource(kind).namespaced else ""
    except NoSuchKind:
        return ""


def create(cluster: Cluster, kind: Kind, inputs: Values, timeout: float) -> Found:
    """Make the object and wait until it is ready.

    Raises Incomplete once it is there, Failure when it can't be made or somebody else made it before.
    """
    manager = manager_of(inputs, {})
    seconds = seconds_of(inputs, timeout, USUAL_SECONDS)
    wish, live = _made(cluster, kind, inputs, manager, seconds)
    outputs = _awaited(cluster, kind, live, wish, manager, seconds)
    return Found(id_of(live), outputs)


def update(cluster: Cluster, kind: Kind, resource_id: str, state: Values, inputs: Values, timeout: float) -> Values:
    """Change the object, or make it again should it be gone, and wait until it is ready.

    Raises Incomplete once it is changed, Failure when it can't be.
    """
    manager = manager_of(inputs, state)
    try:
        live = cluster.apply(kind, inputs, manager, force=is_forced(cluster, inputs))
    except ApiError as error:
        raise explained(f"{kind.name} '{resource_id}' can't be updated", error, inputs) from error
    return _awaited(cluster, kind, live, inputs, manager, seconds_of(inputs, timeout, USUAL_SECONDS))


def read(cluster: Cluster, kind: Kind, resource_id: str, state: Values, inputs: Values) -> Found | None:
    """The object as it is, None when it is gone; without inputs it is an import, or somebody else's to be looked at.

    Raises Incomplete for one of ours that is not ready.
    """
    try:
        live = _live(cluster, kind, resource_id)
    except NoSuchKind:
        return None
    if live is None:
        return None
    if not inputs:
        return Found(id_of(live), _outputs(live, drift.imported(live), state.get("__fieldManager") or _maker(live)))
    manager = manager_of(inputs, state)
    outputs = _outputs(live, _inputs_now(cluster, kind, inputs, manager, live), manager)
    now = awaiting.state_of(cluster, kind, live)
    if not now.ready:
        raise Incomplete(id_of(live), outputs, str(awaiting.not_ready(cluster, kind, live, now.text)))
    return Found(id_of(live), outputs)


def delete(cluster: Cluster, kind: Kind, resource_id: str, state: Values, timeout: float) -> None:
    """Remove the object and wait for its end, and that of what it owns."""
    try:
        live = _live(cluster, kind, resource_id)
        if live is None:
            return
        namespace, name = live["metadata"].get("namespace", ""), live["metadata"]["name"]
        cluster.delete(kind, namespace, name, propagation_of(state))
    except NoSuchKind:
        return
    except ApiError as error:
        raise explained(f"{kind.name} '{resource_id}' can't be deleted", error, {}) from error
    if not is_true(state, SKIP_AWAIT):
        awaiting.until_gone(cluster, kind, live, seconds_of(state, timeout, USUAL_SECONDS))


def is_forced(cluster: Cluster, inputs: Values) -> bool:
    """Whether fields that somebody else manages are taken over."""
    return cluster.settings.force or is_true(inputs, FORCE)


def explained(what: str, error: OperationError, inputs: Values) -> Failure:
    """The API server's refusal, after what was tried, and what can be done about it."""
    said = without(str(error), inputs)
    if isinstance(error, ApiError) and error.code == 409 and "conflict with" in said:
        said += f' (to take over what others manage, set the annotation {FORCE}: "true", or enablePatchForce)'
    return Failure(f"{what}: {said}")


def _made(cluster: Cluster, kind: Kind, inputs: Values, manager: str, seconds: float) -> tuple[Values, Object]:
    what = f"{kind.name} '{id_of(inputs)}' can't be created"
    for pause in (*_PATIENCE, None):
        try:
            wish = _placed(cluster, kind, inputs)
            _check_free(cluster, kind, wish, seconds)
            return wish, cluster.apply(kind, wish, manager, force=is_forced(cluster, wish))
        except NoSuchKind:
            if pause is None:
                raise
        except ApiError as error:
            if pause is None or not is_namespace_missing(error):
                raise explained(what, error, inputs) from error
        cluster.http.pause(pause)
    raise AssertionError("the last attempt returns or raises")


def is_namespace_missing(error: ApiError) -> bool:
    """Whether the namespace that something belongs to is not there (yet)."""
    return error.code == 404 and error.about in ("namespaces", "namespace")


def _placed(cluster: Cluster, kind: Kind, inputs: Values) -> Values:
    """The inputs with a namespace, should their kind be known only now."""
    namespace = usual_namespace(cluster, kind)
    metadata = inputs["metadata"]
    return {**inputs, "metadata": {"namespace": namespace, **metadata}} if namespace else inputs


def _check_free(cluster: Cluster, kind: Kind, wish: Values, seconds: float) -> None:
    """Wait for one of the same name that is on its way out; raise Failure for one that is there to stay."""
    found = cluster.get(kind, wish["metadata"].get("namespace", ""), wish["metadata"]["name"])
    if found is None:
        return
    if found["metadata"].get("deletionTimestamp"):
        awaiting.until_gone(cluster, kind, found, seconds)
    elif not cluster.settings.adopts:
        raise Failure(
            f"{kind.name} '{id_of(wish)}' already exists: import it, or let the provider adopt what is there "
            "(upsertExistingObjects)"
        )


def _awaited(cluster: Cluster, kind: Kind, live: Object, inputs: Values, manager: str, seconds: float) -> Values:
    try:
        ready = awaiting.until_ready(cluster, kind, live, seconds)
    except OperationError as error:  # a cancellation too: the object is there, and must not be forgotten
        last = error.live if isinstance(error, NotReady) else live
        raise Incomplete(id_of(last), _outputs(last, inputs, manager), str(error)) from error
    return _outputs(ready, inputs, manager)


def _outputs(live: Object, inputs: Values, manager: str) -> Values:
    """The state of an object, with the notes that the official plugin keeps in it too."""
    metadata = {key: value for key, value in live["metadata"].items() if key != "managedFields"}
    notes = {"__inputs": inputs, "__initialApiVersion": live["apiVersion"], "__fieldManager": manager}
    return {**live, "metadata": metadata, **notes}


def _live(cluster: Cluster, kind: Kind, resource_id: str) -> Object | None:
    namespace, name = split_id(resource_id)
    return cluster.get(kind, namespace or usual_namespace(cluster, kind), name)


def _inputs_now(cluster: Cluster, kind: Kind, inputs: Values, manager: str, live: Object) -> Values:
    """The inputs with what drifted; where the server won't say, what is written differently has."""
    try:
        rehearsed = cluster.apply(kind, inputs, manager, force=True, rehearsal=True)
    except ApiError:  # we may not write, or what was written before is refused today
        rehearsed = drift.laid_over(live, inputs)
    return drift.inputs_now(inputs, rehearsed, live)


def _maker(live: Object) -> str:
    """The name by which a plugin like this one applied the object, so that the fields stay ours; else a new one."""
    managers = [entry.get("manager", "") for entry in live["metadata"].get("managedFields") or []]
    return next((name for name in managers if name.startswith(MANAGERS)), "") or manager_of({}, {})
