"""Pulumi's property values: between protobuf structs and plain Python.

The SDK's own ``pulumi.provider.experimental.PropertyValue`` loses unknown values, which a preview is full of, so
the two special values are carried here as `UNKNOWN` and `Secret`; everything else is str, int, float, bool, None,
list or dict.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2

_SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - how a secret is marked
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"

UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS = frozenset(
    {
        UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)

Value = Any
"""str, int, float, bool, None, list, dict, `UNKNOWN`, or a `Secret` of one of these."""

Values = dict[str, Value]


class _Unknown:
    """A value that is not known before the update runs."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that must be stored encrypted and shown as ``[secret]``; never printed."""

    value: Value

    def __repr__(self) -> str:
        return "Secret(…)"


def decode(struct: struct_pb2.Struct) -> Values:
    """The properties of a request; whole numbers become int."""
    return {key: _decode(value) for key, value in struct.fields.items()}


def encode(values: Mapping[str, Value]) -> struct_pb2.Struct:
    """The properties of an answer. Raises TypeError for a value that Pulumi has no form for."""
    return struct_pb2.Struct(fields={key: _encode(value) for key, value in values.items()})


def _decode(value: struct_pb2.Value) -> Value:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _decode_struct(value.struct_value)
    return None


def _decode_struct(struct: struct_pb2.Struct) -> Value:
    fields = struct.fields
    signature = fields[_SIGNATURE_KEY].string_value if _SIGNATURE_KEY in fields else ""
    if signature == _SECRET:
        return Secret(_decode(fields["value"]))
    if signature == _OUTPUT:
        inner = _decode(fields["value"]) if "value" in fields else UNKNOWN
        return Secret(inner) if "secret" in fields and fields["secret"].bool_value else inner
    if signature == _RESOURCE:
        return _decode(fields["id"]) if "id" in fields else fields["urn"].string_value
    return decode(struct)


def _encode(value: Value) -> struct_pb2.Value:
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if value is UNKNOWN:
        return struct_pb2.Value(string_value=UNKNOWN_STRING)
    if isinstance(value, Secret):
        fields = {_SIGNATURE_KEY: struct_pb2.Value(string_value=_SECRET), "value": _encode(value.value)}
        return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=fields))
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, (int, float)):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, (list, tuple)):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_encode(item) for item in value]))
    if isinstance(value, Mapping):
        return struct_pb2.Value(struct_value=encode(value))
    raise TypeError(f"a property can't be a {type(value).__name__}")


def plain(value: Value) -> Value:
    """The value with every `Secret` opened, at any depth. `UNKNOWN` stays."""
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def has_unknown(value: Value) -> bool:
    """Whether any part of the value is not known yet."""
    return _any(value, lambda item: item is UNKNOWN)


def has_secret(value: Value) -> bool:
    """Whether any part of the value is secret."""
    return _any(value, lambda item: isinstance(item, Secret))


def _any(value: Value, test: Callable[[Value], bool]) -> bool:
    if test(value):
        return True
    if isinstance(value, Secret):
        return _any(value.value, test)
    if isinstance(value, list):
        return any(_any(item, test) for item in value)
    if isinstance(value, dict):
        return any(_any(item, test) for item in value.values())
    return False
