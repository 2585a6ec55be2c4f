"""Hosts the components for programs in other languages, which know them by a schema made of types and docstrings."""

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator
from typing import Any, Optional, cast

import pulumi
from pulumi.errors import InputPropertiesError
from pulumi.provider import ConstructResult, main
from pulumi.provider.experimental.analyzer import ComponentDefinition
from pulumi.provider.experimental.component import ComponentProvider

import foxden
from foxden.errors import InvalidInput
from foxden.plugin_inputs import Opener
from foxden.version import VERSION

NAME = "foxden"
"""The package's name in other languages; types are ``foxden:index:Service``."""

_REFERENCE = re.compile(r":\w+:`~?(?:foxden\.)?([\w.]+)`")
"""How a docstring points at something else: ``:class:`foxden.Service```."""


def components() -> list[type[pulumi.ComponentResource]]:
    """Every public component."""
    public = (getattr(foxden, name) for name in foxden.__all__)
    return [kind for kind in public if inspect.isclass(kind) and issubclass(kind, pulumi.ComponentResource)]


class Host(ComponentProvider):
    """Serves the components, with what Pulumi's own host leaves out: inherited descriptions, errors without traces."""

    def __init__(self) -> None:
        hosted = components()
        super().__init__(hosted, NAME, version=VERSION)
        self.schema = json.dumps(_described(json.loads(self.schema or "{}"), hosted))

    def map_inputs(self, inputs: pulumi.Inputs, component_def: ComponentDefinition) -> pulumi.Inputs:
        """The inputs as components take them; see :mod:`foxden.plugin_inputs`."""
        opener = Opener(self._type_defs)
        plain = {key: opener.opened(key, value, component_def.inputs.get(key)) for key, value in inputs.items()}
        return super().map_inputs(plain, component_def)

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: Optional[pulumi.ResourceOptions] = None,
    ) -> ConstructResult:
        """Create a component. Bad input is told as it is in Python: all of it, and nothing else."""
        try:
            return super().construct(name, resource_type, inputs, options)
        except Exception as error:
            bad = getattr(error, "inner", error)
            if isinstance(bad, InvalidInput):
                raise InputPropertiesError(str(bad), []) from error
            raise


def serve() -> None:
    """Be the plugin, until the engine ends it."""
    main(Host(), sys.argv[1:])


def _described(schema: dict[str, Any], hosted: list[type[pulumi.ComponentResource]]) -> dict[str, Any]:
    """The schema with all descriptions, also of fields that args inherit, as people of any language read them."""
    types = schema["types"]
    for component in hosted:
        args = inspect.signature(component.__init__).parameters["args"].annotation
        _inherit(schema["resources"][f"{NAME}:index:{component.__name__}"]["inputProperties"], args, types)
    for name, found in types.items():
        _inherit(found.get("properties") or {}, getattr(foxden, name.rpartition(":")[2]), types)
    return cast(dict[str, Any], _tidied(schema))


def _inherit(fields: dict[str, Any], kind: type, types: dict[str, Any]) -> None:
    for base in _bases(kind):
        known = types.get(f"{NAME}:index:{base}", {}).get("properties") or {}
        for name in fields.keys() & known.keys():
            fields[name]["description"] = known[name]["description"]


def _bases(kind: type) -> Iterator[str]:
    """Names of the classes that a TypedDict extends: at run time it has forgotten them."""
    for node in ast.walk(ast.parse(inspect.getsource(kind))):
        if isinstance(node, ast.ClassDef):
            yield from (ast.unparse(base).rsplit(".", 1)[-1] for base in node.bases)


def _tidied(value: Any) -> Any:
    """Everything but what is empty, with texts free of a source file's indentation and references."""
    if isinstance(value, list):
        return [_tidied(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _tidied(item) for key, item in value.items() if item is not None}
    for inner in ("items", "additionalProperties"):
        if isinstance(kept.get(inner), dict):
            kept[inner].pop("description", None)  # that of the whole list or mapping, once more
    if isinstance(kept.get("description"), str):
        kept["description"] = _REFERENCE.sub(r"``\1``", inspect.cleandoc(kept["description"]))
    return kept
