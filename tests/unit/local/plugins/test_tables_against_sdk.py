"""The tables against the SDKs they stand in for: nothing a program can say is silently dropped."""

import inspect
import typing
from collections.abc import Iterator
from typing import Any

import pulumi
import pulumi_consul
import pulumi_kubernetes
import pulumi_nomad
import pytest
from pulumi import _types

from local.plugins.consul.provider import PACKAGE as CONSUL
from local.plugins.contract import Package
from local.plugins.kubernetes.provider import PACKAGE as KUBERNETES
from local.plugins.nomad.provider import PACKAGE as NOMAD
from local.plugins.schema import ListOf, MapOf, Property, Record, Scalar, Type

_PACKAGES: tuple[tuple[Package[Any], Any], ...] = (
    (NOMAD, pulumi_nomad),
    (CONSUL, pulumi_consul),
    (KUBERNETES, pulumi_kubernetes),
)
_CASES = [(package, sdk, handler) for package, sdk in _PACKAGES for handler in package.handlers]
_NAMES = [handler.type for _, _, handler in _CASES]


def inputs_of(arguments: type) -> dict[str, Any]:
    """Wire name -> annotated type, of an ``…Args`` class of an SDK."""
    names = {"Output": pulumi.Output, "T": typing.Any, **vars(inspect.getmodule(arguments))}
    hints = typing.get_type_hints(vars(arguments)["__init__"], names)
    wire_names = {python: wire for python, wire, _ in _types._py_properties(arguments)}
    return {wire_names[python]: hint for python, hint in hints.items() if python in wire_names}


def outputs_of(resource: type) -> set[str]:
    """Wire names of the properties of a resource class."""
    return {wire for _, wire, _ in _types._py_properties(resource)} - {"id", "urn"}


def required_of(arguments: type) -> set[str]:
    """Wire names of what the SDK demands."""
    parameters = inspect.signature(vars(arguments)["__init__"]).parameters
    wire_names = {python: wire for python, wire, _ in _types._py_properties(arguments)}
    return {
        wire_names[name]
        for name, parameter in parameters.items()
        if name in wire_names and parameter.default is inspect.Parameter.empty
    }


def alternatives(hint: Any) -> Iterator[Any]:
    """The plain types below Optional, Union and Input."""
    parts = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, type(int | str)) else (hint,)
    for part in parts:
        if typing.get_origin(part) in (typing.Union, type(int | str)):
            yield from alternatives(part)
        elif part is not type(None) and not isinstance(part, typing.ForwardRef):
            origin = typing.get_origin(part)
            if origin not in (pulumi.Output,) and not inspect.isawaitable(part) and "Awaitable" not in str(origin):
                yield part


def agrees(kind: Type, hint: Any) -> bool:
    """Whether the table's type is the SDK's."""
    return any(_agrees(kind, found) for found in alternatives(hint))


def _agrees(kind: Type, found: Any) -> bool:
    origin = typing.get_origin(found)
    if isinstance(kind, Scalar):
        return bool(found is {Scalar.STRING: str, Scalar.INTEGER: int, Scalar.BOOLEAN: bool}[kind])
    if isinstance(kind, ListOf):
        return "Sequence" in str(origin) and agrees(kind.item, typing.get_args(found)[0])
    if isinstance(kind, MapOf):
        return "Mapping" in str(origin) and agrees(kind.item, typing.get_args(found)[1])
    if not inspect.isclass(found) or not _types.is_input_type(found):
        return False
    theirs = inputs_of(found)
    ours = {part.name: part for part in kind.fields}
    return not ours or (
        theirs.keys() == ours.keys()
        and {name for name, part in ours.items() if part.required} == required_of(found)
        and all(agrees(part.type, theirs[name]) for name, part in ours.items())
    )


def classes(sdk: Any, token: str) -> tuple[type, type]:
    name = token.rpartition(":")[2]
    module = inspect.getmodule(getattr(sdk, name))
    return getattr(sdk, name), getattr(module, f"{name}Args")


@pytest.mark.parametrize(("package", "sdk", "handler"), _CASES, ids=_NAMES)
class TestResources:
    def test_every_input_is_known_and_has_its_type(self, package: Any, sdk: Any, handler: Any) -> None:
        _, arguments = classes(sdk, handler.type)
        theirs, ours = inputs_of(arguments), {prop.name: prop for prop in handler.table.inputs}
        assert ours.keys() == theirs.keys()
        differing = [name for name, prop in ours.items() if not agrees(prop.type, theirs[name])]
        assert differing == []

    def test_what_is_required_is_required(self, package: Any, sdk: Any, handler: Any) -> None:
        _, arguments = classes(sdk, handler.type)
        assert {prop.name for prop in handler.table.inputs if prop.required} == required_of(arguments)

    def test_every_output_is_known(self, package: Any, sdk: Any, handler: Any) -> None:
        resource, _ = classes(sdk, handler.type)
        assert outputs_of(resource) <= set(handler.table.by_name)

    def test_the_token_is_the_sdks(self, package: Any, sdk: Any, handler: Any) -> None:
        resource, _ = classes(sdk, handler.type)
        assert resource.pulumi_type == handler.type  # type: ignore[attr-defined]


@pytest.mark.parametrize(("package", "sdk"), _PACKAGES)
def test_every_setting_of_a_provider_is_known(package: Package[Any], sdk: Any) -> None:
    theirs = inputs_of(sdk.ProviderArgs)
    ours: dict[str, Property] = {prop.name: prop for prop in package.config.properties}
    assert ours.keys() == theirs.keys()
    assert [name for name, prop in ours.items() if not agrees(prop.type, theirs[name])] == []


def test_versions_are_those_of_the_pinned_sdks() -> None:
    from importlib.metadata import version

    assert {package.name: package.version for package, _ in _PACKAGES} == {
        package.name: version(f"pulumi_{package.name}") for package, _ in _PACKAGES
    }


def test_a_record_without_fields_is_only_for_what_is_unsupported_or_an_output() -> None:
    for package, _ in _PACKAGES:
        tables = [package.config, *(handler.table for handler in package.handlers)]
        for prop in (prop for table in tables for prop in table.inputs):
            assert prop.type != Record(()) or prop.unsupported, prop.name
