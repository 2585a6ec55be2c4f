"""Property values survive the way to the engine and back, unknown and secret ones included."""

import asyncio

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc

from local.plugins import wire
from local.plugins.wire import UNKNOWN, Secret, decode, encode, has_secret, has_unknown, plain
from tests.unit.local.plugins.strategies import keys, plain_values, values


@given(st.dictionaries(keys, values, max_size=3))
def test_a_value_comes_back_as_it_was(properties: wire.Values) -> None:
    assert decode(encode(properties)) == properties


@given(st.dictionaries(keys, plain_values, max_size=3))
def test_the_sdk_reads_what_we_write(properties: wire.Values) -> None:
    # The SDK drops null members of objects, and takes all numbers for what they are.
    assert rpc.deserialize_properties(encode(properties), keep_internal=True) == without_nulls(properties)


def without_nulls(value: wire.Value) -> wire.Value:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def test_the_sdk_sees_what_is_secret() -> None:
    read = rpc.deserialize_properties(encode({"a": Secret({"b": "x"})}))
    assert rpc.is_rpc_secret(read["a"])
    assert rpc.unwrap_rpc_secret(read["a"]) == {"b": "x"}


def test_we_read_what_the_sdk_writes() -> None:
    written = asyncio.run(rpc.serialize_properties({"a": "x", "b": ["y", 1.5, True, 3], "c": {"d": {}}}, {}))
    assert decode(written) == {"a": "x", "b": ["y", 1.5, True, 3], "c": {"d": {}}}


@pytest.mark.parametrize("kind", sorted(wire._UNKNOWNS))
def test_every_kind_of_unknown_is_known(kind: str) -> None:
    assert decode(struct_pb2.Struct(fields={"x": struct_pb2.Value(string_value=kind)})) == {"x": UNKNOWN}


def test_the_marks_are_the_sdks() -> None:
    assert rpc._special_sig_key == wire._SIGNATURE_KEY
    assert rpc._special_secret_sig == wire._SECRET
    assert rpc._special_output_value_sig == wire._OUTPUT
    assert rpc._special_resource_sig == wire._RESOURCE
    assert rpc.UNKNOWN == wire.UNKNOWN_STRING


def test_an_output_value_is_what_is_in_it() -> None:
    def output(**fields: struct_pb2.Value) -> struct_pb2.Struct:
        marked = {wire._SIGNATURE_KEY: struct_pb2.Value(string_value=wire._OUTPUT), **fields}
        return struct_pb2.Struct(
            fields={"x": struct_pb2.Value(struct_value=struct_pb2.Struct(fields=marked))},
        )

    text, yes = struct_pb2.Value(string_value="t"), struct_pb2.Value(bool_value=True)
    assert decode(output(value=text)) == {"x": "t"}
    assert decode(output(value=text, secret=yes)) == {"x": Secret("t")}
    assert decode(output()) == {"x": UNKNOWN}


@given(values)
def test_nothing_secret_is_left_when_opened(value: wire.Value) -> None:
    opened = plain(value)
    assert not has_secret(opened)
    assert has_unknown(opened) == has_unknown(value)


def test_a_secret_is_never_shown() -> None:
    assert "hush" not in repr(Secret("hush")) + str([Secret({"a": "hush"})])


def test_a_value_without_a_form_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        encode({"x": object()})
