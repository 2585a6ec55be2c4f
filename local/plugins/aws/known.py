"""Which properties the real provider knows: what it does not know the bridge would drop without a word."""

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent import futures
from pathlib import Path
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from local.paths import cache_dir
from local.plugins.aws.shapes import bare
from local.toolchain.catalog import TERRAFORM_BRIDGE
from local.toolchain.layout import write_atomically

_REFERENCE = "#/types/"


class Known:
    """The bridge's schema: asked for in the background, once for each provider, for that takes long."""

    def __init__(self, stub: Any, file: Path) -> None:
        """``file`` keeps it for the next time."""
        self._schema = futures.ThreadPoolExecutor(1).submit(_schema, stub, file)

    def unknown_of_type(self, token: str, values: struct_pb2.Struct) -> list[str]:
        """The paths of the inputs of a resource, by the bridge's names, that the provider does not know."""
        schema = self._schema.result()
        resource = schema["resources"].get(token, {})
        return list(_unknown(values, resource.get("inputProperties", {}), schema.get("types", {})))

    def unknown_of_function(self, token: str, values: struct_pb2.Struct) -> list[str]:
        """The same for the arguments of a function."""
        schema = self._schema.result()
        inputs = schema["functions"].get(token, {}).get("inputs", {})
        return list(_unknown(values, inputs.get("properties", {}), schema.get("types", {})))


def schema_file(version: str, include: Sequence[str]) -> Path:
    """Where the schema of a provider's version is kept, as far as it has what is included."""
    what = "\n".join([TERRAFORM_BRIDGE.version, *include])
    return cache_dir() / "schemas" / f"aws-{version}-{hashlib.sha256(what.encode()).hexdigest()[:12]}.json"


def _schema(stub: Any, file: Path) -> Any:
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError):
        text: str = stub.GetSchema(provider_pb2.GetSchemaRequest()).schema
        with contextlib.suppress(OSError):  # it is only ever a short cut
            write_atomically(file, text)
        return json.loads(text)


def _unknown(
    values: struct_pb2.Struct, properties: Mapping[str, Any], types: Mapping[str, Any], at: str = ""
) -> Iterator[str]:
    for name, value in values.fields.items():
        path = f"{at}{name}"
        if name.startswith("__"):  # the bridge's own notes
            continue
        if name not in properties:
            if not value.HasField("null_value"):
                yield path
            continue
        kind = properties[name]
        reference = kind.get("$ref") or kind.get("items", {}).get("$ref", "")
        if reference.startswith(_REFERENCE):
            below = types[reference.removeprefix(_REFERENCE)].get("properties", {})
            for index, inner in _inside(bare(value)):
                yield from _unknown(inner, below, types, f"{path}{index}.")


def _inside(value: struct_pb2.Value) -> Iterator[tuple[str, struct_pb2.Struct]]:
    if value.HasField("struct_value"):
        yield "", value.struct_value
    elif value.HasField("list_value"):
        for number, item in enumerate(value.list_value.values):
            for index, inner in _inside(bare(item)):
                yield f"[{number}]{index}", inner
