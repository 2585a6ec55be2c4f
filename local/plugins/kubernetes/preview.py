"""What will be: which fields change, what that replaces, and whether the API server would take it."""

from local.plugins.contract import Differences
from local.plugins.kubernetes import operations
from local.plugins.kubernetes.cluster import ApiError, Cluster, NoSuchKind
from local.plugins.kubernetes.diffing import changes
from local.plugins.kubernetes.immutable import immutable
from local.plugins.kubernetes.kinds import Kind
from local.plugins.kubernetes.objects import NOTES, id_of, is_autonamed, manager_of
from local.plugins.wire import UNKNOWN, Value, Values, has_unknown

_BY_SERVER = ("creationTimestamp", "generation", "resourceVersion", "uid")
_KEPT = ("creationTimestamp", "uid")
_ADDRESSES = ("clusterIP", "clusterIPs")


def differences(cluster: Cluster, kind: Kind, state: Values, old: Values, new: Values) -> Differences:
    """What an update would change, and whether the old object has to go before its replacement comes."""
    before = _without_notes(old or state.get("__inputs") or {})
    after = _without_notes(new)
    metadata = before.get("metadata")
    namespace = (state.get("metadata") or {}).get("namespace")
    if isinstance(metadata, dict) and namespace:  # a kind that was not known yet when it was checked
        before["metadata"] = {"namespace": namespace, **metadata}
    found = changes(before, after, immutable(kind, before, after, cluster.settings))
    replaced = any(change.replaces for change in found)
    return Differences(found, delete_first=replaced and not is_autonamed(after) and _place(before) == _place(after))


def created(cluster: Cluster, kind: Kind, inputs: Values) -> Values:
    """The outputs of a creation, as far as they can be known; the server is asked whether it would do it."""
    if not has_unknown(inputs):
        _rehearse(cluster, kind, inputs, manager_of(inputs, {}), force=True, new=True)
    return _foreseen(inputs, dict.fromkeys(_BY_SERVER, UNKNOWN), dict.fromkeys(_ADDRESSES, UNKNOWN))


def updated(cluster: Cluster, kind: Kind, state: Values, inputs: Values) -> Values:
    """The outputs of an update, likewise."""
    if not has_unknown(inputs):
        manager, force = manager_of(inputs, state), operations.is_forced(cluster, inputs)
        _rehearse(cluster, kind, inputs, manager, force=force, new=False)
    metadata, spec = state.get("metadata") or {}, state.get("spec") or {}
    known = {key: metadata[key] for key in _KEPT if key in metadata}
    unsettled = {key: UNKNOWN for key in _BY_SERVER if key not in _KEPT}
    return _foreseen(inputs, {**known, **unsettled}, {key: spec[key] for key in _ADDRESSES if key in spec})


def _rehearse(cluster: Cluster, kind: Kind, inputs: Values, manager: str, *, force: bool, new: bool) -> None:
    """Have the server say what is wrong, before anything is changed. Raises Failure with its words."""
    try:
        cluster.apply(kind, inputs, manager, force=force, rehearsal=True)
    except NoSuchKind:  # its definition may be about to be made
        return
    except ApiError as error:
        if _may_pass(error) or (new and error.code == 422 and _exists(cluster, kind, inputs)):
            return
        doing = "created" if new else "updated"
        raise operations.explained(f"{kind.name} '{id_of(inputs)}' can't be {doing}", error, inputs) from error


def _may_pass(error: ApiError) -> bool:
    """Whether what else is in the program may remove the cause before it matters."""
    words = str(error)
    leaving = error.code == 403 and ("exceeded quota" in words or "being terminated" in words)
    return leaving or operations.is_namespace_missing(error)


def _exists(cluster: Cluster, kind: Kind, inputs: Values) -> bool:
    """Whether one of this name is there, which a replacement will have removed by then."""
    return cluster.get(kind, inputs["metadata"].get("namespace", ""), inputs["metadata"]["name"]) is not None


def _foreseen(inputs: Values, metadata: Values, addresses: Values) -> Values:
    outputs = {**inputs, "status": UNKNOWN}
    if isinstance(inputs.get("metadata"), dict):
        outputs["metadata"] = {**metadata, **inputs["metadata"]}
    spec = inputs.get("spec")
    if (inputs["apiVersion"], inputs["kind"]) == ("v1", "Service") and isinstance(spec, dict):
        outputs["spec"] = {**addresses, **spec}
    return outputs


def _without_notes(inputs: Values) -> Values:
    return {key: value for key, value in inputs.items() if key not in NOTES}


def _place(inputs: Values) -> tuple[Value, Value]:
    metadata = inputs.get("metadata")
    return (metadata.get("namespace"), metadata.get("name")) if isinstance(metadata, dict) else (None, metadata)
