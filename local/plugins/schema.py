"""Tables of properties: what a resource type, or a provider's configuration, can be given and gives back. Plain data.

`checking` and `comparing` say what follows from a table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Scalar(Enum):
    """The simple types, named as an error message names them."""

    STRING = "a string"
    INTEGER = "a whole number"
    BOOLEAN = "true or false"


@dataclass(frozen=True)
class ListOf:
    """A list. ``ordered=False`` for what the server keeps as a set: another order is no change."""

    item: "Type"
    ordered: bool = True


@dataclass(frozen=True)
class MapOf:
    """A map with any keys."""

    item: "Type"


@dataclass(frozen=True)
class Record:
    """An object with known fields."""

    fields: tuple["Property", ...]


Type = Scalar | ListOf | MapOf | Record


@dataclass(frozen=True)
class Property:
    """One property, by its name on the wire (camelCase)."""

    name: str
    type: Type = Scalar.STRING
    required: bool = False
    default: Any = None
    """What Check fills in when it is not given."""
    replaces: bool = False
    """A change needs another resource."""
    secret: bool = False
    """Always stored encrypted."""
    computed: bool = False
    """The server (also) decides it, so leaving it out is no change."""
    output: bool = False
    """It can't be given at all."""
    autoname: bool = False
    """When left out, it is made from the resource's name and a random suffix."""
    unsupported: str = ""
    """Why the stand-in can't honour it; giving it fails the check."""


@dataclass(frozen=True)
class Table:
    """The properties of one resource type, or of a provider's configuration."""

    properties: tuple[Property, ...]
    by_name: Mapping[str, Property] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {prop.name: prop for prop in self.properties})

    @property
    def inputs(self) -> tuple[Property, ...]:
        """What can be given."""
        return tuple(prop for prop in self.properties if not prop.output)

    @property
    def settled_by_server(self) -> frozenset[str]:
        """The names of what is known only after the server was asked."""
        return frozenset(prop.name for prop in self.properties if prop.output or prop.computed)


def member_path(path: str, key: str) -> str:
    """The property path of a map's member, in the form that Pulumi parses."""
    if key.replace("_", "a").isalnum() and key.isascii() and key[0].isalpha():
        return f"{path}.{key}"
    quoted = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'{path}["{quoted}"]'
