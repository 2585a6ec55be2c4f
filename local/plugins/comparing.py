"""Diff: a state against a wish, property by property. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from local.plugins.schema import ListOf, MapOf, Property, Record, Table, Type, member_path
from local.plugins.wire import UNKNOWN, Value, Values, has_unknown, plain


class Kind(Enum):
    """What happens to a property."""

    ADD = "add"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True)
class Change:
    """A difference between state and wish, at a property path."""

    path: str
    kind: Kind
    replaces: bool = False

    @property
    def property(self) -> str:
        """The top-level property that the path lies in."""
        return self.path.split(".")[0].split("[")[0]


def changes(table: Table, state: Values, wish: Values) -> list[Change]:
    """What has to change for the state to become the wish; what is unknown in the wish counts as a change."""
    found: list[Change] = []
    for prop in table.inputs:
        new = plain(wish.get(prop.name))
        if not (prop.computed and new is None):
            found += _compare(prop, plain(state.get(prop.name)), new)
    return found


def _compare(prop: Property, old: Value, new: Value) -> Iterator[Change]:
    if same(prop.type, old, new):
        return
    if isinstance(prop.type, MapOf) and isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            if (key in old) != (key in new) or not same(prop.type.item, old.get(key), new.get(key)):
                yield Change(member_path(prop.name, key), _kind(key in old, key in new), prop.replaces)
        return
    yield Change(prop.name, _kind(not _is_empty(old), not _is_empty(new)), prop.replaces)


def _kind(was: bool, is_now: bool) -> Kind:
    if was and is_now:
        return Kind.UPDATE
    return Kind.ADD if is_now else Kind.DELETE


def _is_empty(value: Value) -> bool:
    """The servers don't tell an absent value from an empty one (nor false from absent)."""
    return value is None or value is False or value == "" or value == [] or value == {}


def same(kind: Type, old: Value, new: Value) -> bool:
    """Whether the server would see no difference. Unknown is never the same."""
    if has_unknown(new):
        return False
    if _is_empty(old) and _is_empty(new):
        return True
    if isinstance(kind, ListOf) and isinstance(old, list) and isinstance(new, list):
        return _same_lists(kind, old, new)
    if isinstance(kind, Record) and isinstance(old, dict) and isinstance(new, dict):
        parts = [part for part in kind.fields if not (part.computed and new.get(part.name) is None)]
        return all(same(part.type, old.get(part.name), new.get(part.name)) for part in parts)
    if isinstance(kind, MapOf) and isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same(kind.item, old[key], new[key]) for key in old)
    return old is not UNKNOWN and bool(old == new)


def _same_lists(kind: ListOf, old: list[Value], new: list[Value]) -> bool:
    if len(old) != len(new):
        return False
    if kind.ordered:
        return all(same(kind.item, before, after) for before, after in zip(old, new, strict=True))
    rest = list(old)
    for item in new:
        match = next((index for index, other in enumerate(rest) if same(kind.item, other, item)), None)
        if match is None:
            return False
        del rest[match]
    return True
