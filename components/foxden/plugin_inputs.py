"""What programs in other languages hand over, in the form that components take.

A mapping with one secret in it, or one value from elsewhere, comes over the wire as a single output. What decides which
resources there are must be plain, so such an output is taken apart along the schema: structure and plain fields as they
are, everything else as an output of its own.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Optional

import pulumi
from pulumi.errors import InputPropertyError
from pulumi.output import _OutputData  # the one way to what is there already, without waiting for it
from pulumi.provider.experimental.analyzer import PropertyDefinition, TypeDefinition
from pulumi.runtime.rpc import contains_unknowns

from foxden.connection import CREDENTIALS

_LATE = "must be known at preview: it comes from a resource that is not there yet. Give its fields one by one"


class Opener:
    """Takes outputs apart, by the types of one package."""

    def __init__(self, types: Mapping[str, TypeDefinition]) -> None:
        self._types = types

    def opened(self, path: str, value: Any, definition: Optional[PropertyDefinition]) -> Any:
        """``value`` with plain structure, for the property at ``path``; as it is where that is no question.

        Raises InputPropertyError where the structure is not known yet.
        """
        if definition is None or not isinstance(value, pulumi.Output) or not _is_there(value):
            return value
        data = value._data.result()
        return self._apart(path, data.value, definition, data)

    def _apart(self, path: str, value: Any, definition: PropertyDefinition, data: _OutputData[Any]) -> Any:
        form = self._types.get((definition.ref or "").rsplit(":", 1)[-1])
        structured = definition.plain or (form is not None and not form.enum)
        if structured and not isinstance(value, dict | list) and contains_unknowns(value):
            raise InputPropertyError(path, _LATE)
        if form and not form.enum and isinstance(value, dict):
            return {
                key: self._apart(f"{path}.{key}", item, form.properties[key], _of(data, form, key))
                if key in form.properties
                else item
                for key, item in value.items()
            }
        if not structured:
            return _output(value, data)
        if isinstance(value, dict) and definition.additional_properties:
            each = definition.additional_properties
            return {key: self._apart(f"{path}.{key}", item, each, data) for key, item in value.items()}
        if isinstance(value, list) and definition.items:
            return [
                self._apart(f"{path}[{position}]", item, definition.items, data) for position, item in enumerate(value)
            ]
        return value


def _is_there(output: pulumi.Output[Any]) -> bool:
    return isinstance(output._data, asyncio.Future) and output._data.done()


def _of(data: _OutputData[Any], form: TypeDefinition, key: str) -> _OutputData[Any]:
    """A connection is a secret because of its credentials; the rest of it is not."""
    secret = data.is_secret and (form.name != "ConnectionArgs" or form.properties_mapping[key] in CREDENTIALS)
    return _OutputData(resources=data.resources, value=None, is_known=True, is_secret=secret)


def _output(value: Any, data: _OutputData[Any]) -> Any:
    """A part of an output, which depends on what the whole depends on; plain where that is nothing and no secret."""
    if not data.is_secret and not data.resources and not contains_unknowns(value):
        return value
    future: asyncio.Future[_OutputData[Any]] = asyncio.Future()
    future.set_result(
        _OutputData(
            resources=data.resources,
            value=value,
            is_known=True,
            is_secret=data.is_secret,
        )
    )
    return pulumi.Output._from_data(future)
