"""The protocol's messages, between the SDK's words and the bridge's: in place, both ways (pure)."""

import random
from collections.abc import Sequence
from typing import Any

from google.protobuf import struct_pb2

from local.plugins.aws import names, shapes
from local.plugins.aws.types import AUTONAMES, CHANGES, FUNCTIONS, RESOURCES, SECRET_RESULTS, Autoname, Change, Shape

_VALUES = ("olds", "news", "properties", "inputs", "old_inputs", "args", "return")
"""The fields of messages that hold a resource's or a function's values."""


_DELTA = "__pulumi_raw_state_delta"
"""How the bridge notes how Terraform's state differs from the values: it only holds for values in its own shape, and is
done without where they are reshaped."""


def changes_of(token: str) -> Sequence[Change]:
    """What differs for a type of the SDK's; functions have no such differences."""
    return CHANGES.get(RESOURCES.get(token, ""), ())


def unknown(request: Any) -> str | None:
    """What a request is about if that is missing in the tables, in words; None when it is there."""
    if hasattr(request, "tok"):
        return None if request.tok in FUNCTIONS or request.tok.startswith("pulumi:") else f"function '{request.tok}'"
    token = names.type_of(getattr(request, "urn", ""))
    known = not token or token in RESOURCES or token.startswith("pulumi:providers:")
    return None if known else f"type '{token}'"


def request_to_bridge(request: Any) -> Sequence[Change]:
    """Translate a request; returns what the answer must be translated back with."""
    if hasattr(request, "tok"):
        request.tok = names.THEIR_FUNCTIONS.get(request.tok, request.tok)
        return ()
    urn = getattr(request, "urn", "")
    token = names.type_of(urn)
    if token not in RESOURCES:
        return ()
    request.urn = names.their_urn(urn)
    if getattr(request, "type", ""):
        request.type = names.THEIR_TYPES[token]
    changes = changes_of(token)
    for field in _structs(request):
        shapes.to_bridge(getattr(request, field), changes)
    if changes and getattr(request, "ignoreChanges", None):
        request.ignoreChanges[:] = [shapes.path_to_bridge(path, changes) for path in request.ignoreChanges]
    return changes


def answer_from_bridge(answer: Any, changes: Sequence[Change]) -> None:
    """Translate an answer back."""
    if not changes:
        return
    reshaped = any(change.shape is not Shape.SAME for change in changes)
    for field in _structs(answer):
        values = getattr(answer, field)
        shapes.from_bridge(values, changes)
        if reshaped and _DELTA in values.fields:
            del values.fields[_DELTA]
    for field in ("replaces", "stables", "diffs"):
        paths = getattr(answer, field, None)
        if paths:
            paths[:] = [shapes.path_from_bridge(path, changes) for path in paths]
    for failure in getattr(answer, "failures", ()):
        failure.property = shapes.path_from_bridge(failure.property, changes)
    detailed: Any = getattr(answer, "detailedDiff", {})
    for path in list(detailed):
        ours = shapes.path_from_bridge(path, changes)
        if ours != path:
            kept = type(detailed[path])()
            kept.CopyFrom(detailed[path])
            del detailed[path]
            detailed[ours].CopyFrom(kept)


def hide_secrets(function: str, result: struct_pb2.Struct) -> None:
    """Mark what is secret in a function's result."""
    for name in SECRET_RESULTS.get(function, ()):
        if name in result.fields:
            plain = struct_pb2.Value()
            plain.CopyFrom(result.fields[name])
            hidden = result.fields[name].struct_value.fields
            hidden[shapes.SIGNATURE].string_value = shapes.SECRET
            hidden["value"].CopyFrom(plain)


def _structs(message: Any) -> list[str]:
    return [name for name in _VALUES if name in message.DESCRIPTOR.fields_by_name and message.HasField(name)]


def autoname(request: Any) -> None:
    """Give what a check is about the name that the official plugin would, where the program gives none."""
    rule = AUTONAMES.get(RESOURCES.get(names.type_of(request.urn), ""))
    if rule is None or _given(request.news, rule.property) or _given(request.news, f"{rule.property}Prefix"):
        return
    if _given(request.olds, rule.property):
        request.news.fields[rule.property].CopyFrom(request.olds.fields[rule.property])
    else:
        request.news.fields[rule.property].string_value = made_up(request.urn.split("::")[-1], rule, request.randomSeed)


def _given(values: struct_pb2.Struct, name: str) -> bool:
    return name in values.fields and not values.fields[name].HasField("null_value")


def made_up(resource: str, rule: Autoname, seed: bytes) -> str:
    """The resource's name and seven hex digits, not longer than may be."""
    digits = random.Random(seed or None).randrange(16**7)  # noqa: S311 - a name, no secret
    name = f"{resource[: rule.longest - 8]}-{digits:07x}"
    return name.lower() if rule.lower else name
