"""Renames and reshapes properties in a request's or an answer's values, in place (pure).

The values stay in the protocol's form, so that what they carry beside their plain value (secrets, unknowns,
dependencies) goes through untouched.
"""

import re
from collections.abc import Iterator, Sequence

from google.protobuf import struct_pb2

from local.plugins.aws.types import Change, Shape

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Marks a struct that stands for a value with something around it."""

SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - how a secret is marked
"""What the mark says of a secret."""

_STEP = re.compile(r"\.?([^.\[\]]+)|(\[[^\]]*\])")


def to_bridge(values: struct_pb2.Struct, changes: Sequence[Change]) -> None:
    """From the SDK's names and shapes to the bridge's."""
    # From the innermost, so that the paths hold.
    for change in sorted(changes, key=lambda item: -len(item.path)):
        for struct in _structs(values, change.path[:-1]):
            _move(struct, change.path[-1], change.theirs, wrap=change.shape is Shape.ONE_IN_LIST, change=change)


def from_bridge(values: struct_pb2.Struct, changes: Sequence[Change]) -> None:
    """From the bridge's names and shapes to the SDK's."""
    for change in sorted(changes, key=lambda item: len(item.path)):
        for struct in _structs(values, change.path[:-1]):
            _move(struct, change.theirs, change.path[-1], wrap=change.shape is Shape.LIST_OF_ONE, change=change)


def _structs(values: struct_pb2.Struct, path: Sequence[str]) -> Iterator[struct_pb2.Struct]:
    """The structs that a path leads to, through every list on the way."""
    if not path:
        yield values
    elif path[0] in values.fields:
        for struct in _inside(values.fields[path[0]]):
            yield from _structs(struct, path[1:])


def _inside(value: struct_pb2.Value) -> Iterator[struct_pb2.Struct]:
    value = bare(value)
    if value.HasField("list_value"):
        for item in value.list_value.values:
            yield from _inside(item)
    elif value.HasField("struct_value"):
        yield value.struct_value


def bare(value: struct_pb2.Value) -> struct_pb2.Value:
    """A value without what is around it."""
    while (
        value.HasField("struct_value")
        and SIGNATURE in value.struct_value.fields
        and "value" in value.struct_value.fields
    ):
        value = value.struct_value.fields["value"]
    return value


def _move(struct: struct_pb2.Struct, old: str, new: str, *, wrap: bool, change: Change) -> None:
    if old not in struct.fields:
        return
    value = struct_pb2.Value()
    value.CopyFrom(struct.fields[old])
    del struct.fields[old]
    if change.shape is not Shape.SAME:
        reshape(bare(value), wrap=wrap)
    if not (value.HasField("null_value") and new in struct.fields):
        struct.fields[new].CopyFrom(value)


def reshape(value: struct_pb2.Value, *, wrap: bool) -> None:
    """Put an object into a list, or take it out; what is neither (null, unknown) stays."""
    inner = struct_pb2.Value()
    if wrap and value.HasField("struct_value"):
        inner.CopyFrom(value)
        value.list_value.values.append(inner)
    elif not wrap and value.HasField("list_value"):
        inner.CopyFrom(value.list_value.values[0] if value.list_value.values else _null())
        value.CopyFrom(inner)


def _null() -> struct_pb2.Value:
    return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)


def path_to_bridge(path: str, changes: Sequence[Change]) -> str:
    """A property's path, such as ``rules[0].filter.prefix``, in the bridge's names and shapes."""
    done: tuple[str, ...] = ()
    found = []
    for name, index in _steps(path):
        done += (name,)
        change = next((item for item in changes if item.path == done), None)
        found.append(f"{change.theirs}{_index(index, change, Shape.ONE_IN_LIST)}" if change else name + index)
    return ".".join(found)


def path_from_bridge(path: str, changes: Sequence[Change]) -> str:
    """The reverse of `path_to_bridge`."""
    done: tuple[str, ...] = ()
    found = []
    for name, index in _steps(path):
        change = next((item for item in changes if (*done, name) == (*item.path[:-1], item.theirs)), None)
        done += (change.path[-1] if change else name,)
        found.append(f"{done[-1]}{_index(index, change, Shape.LIST_OF_ONE)}" if change else name + index)
    return ".".join(found)


def _steps(path: str) -> Iterator[tuple[str, str]]:
    """Each name of a path with the indices that follow it."""
    name, index = "", ""
    for match in _STEP.finditer(path):
        if match[2]:
            index += match[2]
            continue
        if name:
            yield name, index
        name, index = match[1], ""
    yield name, index


def _index(index: str, change: Change, listed: Shape) -> str:
    """The index after a changed property, where that is a list on the side of the result for ``listed``."""
    if change.shape is Shape.SAME:
        return index
    return "[0]" if change.shape is listed else ""
