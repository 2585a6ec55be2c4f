"""What a read says the inputs are now: the wish, with what somebody else changed; or an import's. Pure."""

import base64
import json
from typing import Any

from local.plugins.kubernetes.cluster import Object
from local.plugins.wire import Value, Values

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_BY_CONTROLLERS = ("deployment.kubernetes.io/revision", "kubernetes.io/metadata.name")
"""Annotations and labels that Kubernetes gives by itself."""
_SERVERS = (
    "creationTimestamp",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)
"""What only the server writes into an object's metadata."""


def settled(thing: Object) -> Object:
    """The object without what the server writes about it."""
    rest = {key: value for key, value in thing.items() if key != "status"}
    metadata = {key: value for key, value in thing["metadata"].items() if key not in _SERVERS}
    return {**rest, "metadata": metadata}


def inputs_now(wish: Values, rehearsed: Object, live: Object) -> Values:
    """The wish, with the live values where applying it once more would change something.

    ``rehearsed`` is what the server says it would make of the wish. So the server decides what is the same: "1000m"
    and "1", a list in another order, or a field that it fills in.
    """
    given = dict(wish)
    texts = given.pop("stringData", None)
    now = _now(given, settled(rehearsed), settled(live))
    if isinstance(texts, dict):
        now["stringData"] = _texts_now(texts, rehearsed.get("data") or {}, live.get("data") or {})
    return now


def _now(wish: Values, rehearsed: Values, live: Values) -> Values:
    now = {key: _field(value, rehearsed.get(key), live.get(key)) for key, value in wish.items()}
    return {key: value for key, value in now.items() if value is not None}


def _field(wish: Value, rehearsed: Value, live: Value) -> Value:
    if rehearsed == live:
        return wish
    if isinstance(wish, dict) and isinstance(rehearsed, dict) and isinstance(live, dict):
        return _now(wish, rehearsed, live)
    lists = isinstance(wish, list) and isinstance(rehearsed, list) and isinstance(live, list)
    if lists and len(wish) == len(rehearsed) == len(live):
        return [_field(*items) for items in zip(wish, rehearsed, live, strict=True)]
    return live


def _texts_now(texts: Values, rehearsed: dict[str, str], live: dict[str, str]) -> Values:
    changed = {key: base64.b64decode(live[key]).decode(errors="replace") for key in texts if key in live}
    return {
        key: text if rehearsed.get(key) == live.get(key) else changed[key] for key, text in texts.items() if key in live
    }


def laid_over(live: Value, wish: Value) -> Value:
    """The live object with the wish's values over it: a guess at what applying it would make."""
    if isinstance(live, dict) and isinstance(wish, dict):
        return {**live, **{key: laid_over(live.get(key), value) for key, value in wish.items()}}
    if isinstance(live, list) and isinstance(wish, list) and len(live) == len(wish):
        return [laid_over(*items) for items in zip(live, wish, strict=True)]
    return wish


def imported(live: Object) -> Values:
    """The inputs for an object that nobody here has made.

    What kubectl noted as applied; else what was applied on the server's side, by its notes of who manages what; else
    all there is.
    """
    noted = (live["metadata"].get("annotations") or {}).get(_LAST_APPLIED)
    if noted:
        inputs: Values = json.loads(noted)
        return inputs
    owned = [entry.get("fieldsV1") or {} for entry in live["metadata"].get("managedFields") or [] if _applied(entry)]
    if not owned:
        return _all_of(live)
    found: Values = {}
    for fields in owned:
        found = _merged(found, _picked(live, fields))
    identity = {key: live["metadata"][key] for key in ("name", "namespace") if key in live["metadata"]}
    metadata = {**found.get("metadata", {}), **identity}
    return {**found, "apiVersion": live["apiVersion"], "kind": live["kind"], "metadata": metadata}


def _all_of(live: Object) -> Values:
    found = settled(live)
    for section in ("annotations", "labels"):
        given = found["metadata"].pop(section, None) or {}
        kept = {key: value for key, value in given.items() if key not in _BY_CONTROLLERS}
        if kept:
            found["metadata"][section] = kept
    if (live["apiVersion"], live["kind"]) == ("v1", "Namespace"):
        found.pop("spec", None)  # what only the namespace's own controller writes
    return found


def _applied(entry: dict[str, Any]) -> bool:
    return entry.get("operation") == "Apply" and not entry.get("subresource")


def _picked(value: Value, fields: dict[str, Any]) -> Value:
    """The part that managed fields name: ``f:`` a member, ``k:`` an item by its key, ``v:`` an item by its value."""
    inner = {key: below for key, below in fields.items() if key != "."}
    if not inner:
        return value
    if isinstance(value, dict):
        members = {key[2:]: below for key, below in inner.items() if key.startswith("f:")}
        return {key: _picked(value[key], below) for key, below in members.items() if key in value}
    if isinstance(value, list):
        return [_picked(item, below) for item in value if (below := _below(item, inner)) is not None]
    return value


def _below(item: Value, fields: dict[str, Any]) -> dict[str, Any] | None:
    for key, below in fields.items():
        if key.startswith("v:") and item == json.loads(key[2:]):
            return {}
        if key.startswith("k:") and isinstance(item, dict) and json.loads(key[2:]).items() <= item.items():
            return dict(below)
    return None


def _merged(one: Value, other: Value) -> Value:
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _merged(one.get(key), other.get(key)) for key in {**one, **other}}
    return one if other is None else other
