"""A provider's own configuration, between the SDK's shapes and the bridge's: in place, both ways (pure).

Whatever is no text is carried there as JSON, so that the shapes of resources' properties don't fit.
"""

import json
from typing import Any

from google.protobuf import struct_pb2

from local.plugins.aws import shapes
from local.plugins.aws.types import PROVIDER_CHANGES

_VARIABLE = "aws:config:"


def request_to_bridge(request: Any) -> None:
    """Translate what a request to check, compare or use a configuration holds."""
    for values in _structs(request):
        for change in PROVIDER_CHANGES:
            if change.ours in values.fields:
                _move(values, change.ours, change.theirs, listed=True)
    variables: Any = getattr(request, "variables", {})
    for change in PROVIDER_CHANGES:
        ours = _VARIABLE + change.ours
        if ours in variables:
            text = variables[ours]
            del variables[ours]
            variables[_VARIABLE + change.theirs] = _as_json(text, listed=True)


def answer_from_bridge(answer: Any) -> None:
    """Translate an answer back."""
    for values in _structs(answer):
        for change in PROVIDER_CHANGES:
            if change.theirs in values.fields:
                _move(values, change.theirs, change.ours, listed=False)
    for field in ("replaces", "stables", "diffs"):
        paths = getattr(answer, field, None)
        if paths:
            paths[:] = [shapes.path_from_bridge(path, PROVIDER_CHANGES) for path in paths]
    for failure in getattr(answer, "failures", ()):
        failure.property = shapes.path_from_bridge(failure.property, PROVIDER_CHANGES)


def _structs(message: Any) -> list[struct_pb2.Struct]:
    fields = message.DESCRIPTOR.fields_by_name
    return [getattr(message, name) for name in ("olds", "news", "old_inputs", "args", "inputs") if name in fields]


def _move(values: struct_pb2.Struct, old: str, new: str, *, listed: bool) -> None:
    value = struct_pb2.Value()
    value.CopyFrom(values.fields[old])
    del values.fields[old]
    plain = shapes.bare(value)
    if plain.HasField("string_value"):
        plain.string_value = _as_json(plain.string_value, listed=listed)
    else:
        shapes.reshape(plain, wrap=listed)
    values.fields[new].CopyFrom(value)


def _as_json(text: str, *, listed: bool) -> str:
    """The text with its object put into a list, or taken out; what is no such JSON (unknown) stays."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    if listed and isinstance(found, dict):
        return json.dumps([found])
    if not listed and isinstance(found, list):
        return json.dumps(found[0] if found else None)
    return text
