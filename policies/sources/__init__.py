"""Where resources come from; whatever that is, the same resource is the same to every rule."""

from typing import Any

from google.protobuf import struct_pb2

from local.plugins import wire
from policies.model import STACK_TYPE

_NOTE = "__"
"""What their names begin with."""


def inputs(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Properties as rules see them: without what the engine and providers note there for themselves."""
    return {key: _without_notes(item) for key, item in wire.decode(struct).items() if not key.startswith(_NOTE)}


def parent(urn: str) -> str:
    """The URN of a parent as rules see it: the stack is none."""
    return "" if f"::{STACK_TYPE}::" in urn else urn


def _without_notes(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_notes(item) for key, item in value.items() if not key.startswith(_NOTE)}
    return [_without_notes(item) for item in value] if isinstance(value, list) else value
