"""From what handlers say to what the engine is answered. Pure."""

import json
import os
import random
from collections.abc import Iterable
from typing import Any

from pulumi.runtime.proto import provider_pb2

from local.plugins.checking import Problem
from local.plugins.comparing import Change, Kind
from local.plugins.contract import Handler, Package
from local.plugins.schema import ListOf, MapOf, Property, Record, Scalar, Table, Type
from local.plugins.wire import UNKNOWN, Secret, Value, Values, encode, has_secret, plain

ENGINES_OWN = ("version", "pluginDownloadURL", "pluginChecksums", "parameterization", "__internal")
"""Properties that a provider resource has for the engine's own use."""


def sealed(handler: Handler[Any], outputs: Values, origin: Values) -> Values:
    """Outputs without absent values, and with secrets wrapped: by the table, or because what they come from is one."""
    wrapped: Values = {}
    for name, value in outputs.items():
        if value is None:
            continue
        prop = handler.table.by_name.get(name)
        source = handler.derived.get(name, name)
        secret = (prop is not None and prop.secret) or has_secret(value) or has_secret(origin.get(source))
        wrapped[name] = Secret(plain(value)) if secret else value
    return wrapped


def read_inputs(table: Table, inputs: Values, outputs: Values) -> Values:
    """The inputs after a read, from what the server has.

    What was given before is shown as it is now; what was not is shown when the server has something there that it
    would not have made up itself. An import is given nothing, and so shows everything that says something.
    """
    read: Values = {}
    for prop in table.inputs:
        value = outputs.get(prop.name)
        if value is None:
            continue
        says_something = plain(value) not in (False, "", [], {}) and not prop.computed
        if prop.name in inputs or prop.required or says_something:
            read[prop.name] = value
    return read


def autonames(table: Table, given: Values, olds: Values, name: str, seed: bytes) -> Values:
    """A name for what has none: the old one, else the resource's name and seven hex digits, as the official ones do."""
    names: Values = {}
    for prop in table.inputs:
        if prop.autoname and given.get(prop.name) is None:
            digits = random.Random(seed or os.urandom(16)).randrange(16**7)  # noqa: S311 - a name, no secret
            names[prop.name] = olds.get(prop.name) or f"{name}-{digits:07x}"
    return names


def config_from_text(table: Table, values: Values) -> Values:
    """A provider's configuration carries everything that is no string as JSON text."""
    known = {name: value for name, value in values.items() if name not in ENGINES_OWN}
    return {name: _parsed(table.by_name.get(name), value) for name, value in known.items()}


def _parsed(prop: Property | None, value: Value) -> Value:
    if isinstance(value, Secret):
        return Secret(_parsed(prop, value.value))
    if prop is None or prop.type is Scalar.STRING or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def config_to_text(values: Values) -> Values:
    """The reverse of `config_from_text`."""
    return {name: _as_text(value) for name, value in values.items()}


def _as_text(value: Value) -> Value:
    if value is UNKNOWN or isinstance(value, str):
        return value
    if isinstance(value, Secret):
        return Secret(_as_text(value.value))
    return Secret(json.dumps(plain(value))) if has_secret(value) else json.dumps(value)


def check_response(inputs: Values, problems: Iterable[Problem]) -> Any:
    """The answer to Check and CheckConfig."""
    failures = [provider_pb2.CheckFailure(property=problem.path, reason=problem.reason) for problem in problems]
    return provider_pb2.CheckResponse(inputs=encode(inputs), failures=failures)


_DIFF_KINDS = {
    (Kind.ADD, False): provider_pb2.PropertyDiff.ADD,
    (Kind.ADD, True): provider_pb2.PropertyDiff.ADD_REPLACE,
    (Kind.UPDATE, False): provider_pb2.PropertyDiff.UPDATE,
    (Kind.UPDATE, True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
    (Kind.DELETE, False): provider_pb2.PropertyDiff.DELETE,
    (Kind.DELETE, True): provider_pb2.PropertyDiff.DELETE_REPLACE,
}


def diff_response(changes: list[Change], delete_first: bool = False) -> Any:
    """The answer to Diff and DiffConfig."""
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if changes else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=sorted({change.property for change in changes}),
        replaces=sorted({change.property for change in changes if change.replaces}),
        detailedDiff={
            change.path: provider_pb2.PropertyDiff(kind=_DIFF_KINDS[change.kind, change.replaces]) for change in changes
        },
        hasDetailedDiff=True,
        deleteBeforeReplace=delete_first,
    )


def schema_of(package: Package[Any]) -> str:
    """The package's schema, as far as the tables go: the engine wants it for `pulumi import`."""
    resources = {}
    for handler in package.handlers:
        described = {prop.name: _described(prop.type) for prop in handler.table.properties}
        resources[handler.type] = {
            "properties": described,
            "inputProperties": {prop.name: described[prop.name] for prop in handler.table.inputs},
            "requiredInputs": [prop.name for prop in handler.table.inputs if prop.required],
        }
    config = {prop.name: _described(prop.type) for prop in package.config.properties}
    return json.dumps(
        {
            "name": package.name,
            "version": package.version,
            "config": {"variables": config},
            "provider": {"inputProperties": config},
            "resources": resources,
        }
    )


_SCALAR_NAMES = {Scalar.STRING: "string", Scalar.INTEGER: "integer", Scalar.BOOLEAN: "boolean"}


def _described(kind: Type) -> dict[str, Any]:
    if isinstance(kind, Scalar):
        return {"type": _SCALAR_NAMES[kind]}
    if isinstance(kind, ListOf):
        return {"type": "array", "items": _described(kind.item)}
    if isinstance(kind, MapOf):
        return {"type": "object", "additionalProperties": _described(kind.item)}
    assert isinstance(kind, Record)
    return {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}}
