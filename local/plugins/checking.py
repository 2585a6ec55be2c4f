"""Check: inputs against a table. Types settled, defaults filled in, secrets marked, every problem at once. Pure."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from local.plugins.schema import ListOf, MapOf, Property, Record, Scalar, Table, Type, member_path
from local.plugins.wire import UNKNOWN, Secret, Value, Values


@dataclass(frozen=True)
class Problem:
    """Why an input is refused."""

    path: str
    reason: str


Checked = tuple[Value, list[Problem]]


def check(table: Table, given: Values) -> tuple[Values, list[Problem]]:
    """The inputs as they are to be stored, and everything that is wrong with them."""
    outputs = [name for name in given if name in table.by_name and table.by_name[name].output]
    inputs = {name: value for name, value in given.items() if name not in outputs}
    checked, problems = _fields(table.inputs, inputs, "")
    problems += [Problem(name, "is decided by the server, it can't be given") for name in outputs]
    for prop in table.inputs:
        if prop.secret and prop.name in checked and not isinstance(checked[prop.name], Secret):
            checked[prop.name] = Secret(checked[prop.name])
    return checked, problems


def _fields(fields: Sequence[Property], given: Values, prefix: str) -> tuple[Values, list[Problem]]:
    checked: Values = {}
    problems: list[Problem] = []
    for prop in fields:
        value = given.get(prop.name)
        if value is None:
            value = prop.default
        elif prop.unsupported:
            problems.append(Problem(prefix + prop.name, prop.unsupported))
            continue
        if value is not None:
            checked[prop.name], wrong = settle(prop.type, value, prefix + prop.name)
            problems += wrong
        elif prop.required:
            problems.append(Problem(prefix + prop.name, "is required"))
    names = [prop.name for prop in fields]
    # The official plugins keep notes for themselves in names with two underscores.
    strange = [name for name in given if name not in names and given[name] is not None and name[:2] != "__"]
    return checked, problems + [Problem(prefix + name, _strange(name, names)) for name in strange]


def _strange(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(names)}"
    return f"is not a property here; {hint}"


def settle(kind: Type, value: Value, path: str) -> Checked:
    """The value in the type of the table; "5" where a number is wanted is 5, as the official plugins take it."""
    if value is UNKNOWN:
        return UNKNOWN, []
    if isinstance(value, Secret):
        inner, problems = settle(kind, value.value, path)
        return Secret(inner), problems
    if isinstance(kind, Scalar):
        settled = _SCALARS[kind](value)
        return (value, [_mismatch(path, kind.value, value)]) if settled is None else (settled, [])
    if isinstance(kind, ListOf):
        return _list(kind, value, path)
    if not isinstance(value, dict):
        return value, [_mismatch(path, "an object", value)]
    if isinstance(kind, Record):
        return _fields(kind.fields, value, f"{path}.")
    return _map(kind, value, path)


def _list(kind: ListOf, value: Value, path: str) -> Checked:
    if not isinstance(value, list):
        return value, [_mismatch(path, "a list", value)]
    items = [settle(kind.item, item, f"{path}[{index}]") for index, item in enumerate(value)]
    return [item for item, _ in items], [problem for _, problems in items for problem in problems]


def _map(kind: MapOf, value: Values, path: str) -> Checked:
    items = {key: settle(kind.item, item, member_path(path, key)) for key, item in value.items()}
    return (
        {key: item for key, (item, _) in items.items()},
        [problem for _, problems in items.values() for problem in problems],
    )


def _string(value: Value) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return value if isinstance(value, str) else None


def _integer(value: Value) -> int | None:
    if isinstance(value, str):
        digits = value.removeprefix("-")
        return int(value) if digits.isascii() and digits.isdecimal() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _boolean(value: Value) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


_SCALARS = {Scalar.STRING: _string, Scalar.INTEGER: _integer, Scalar.BOOLEAN: _boolean}


def _mismatch(path: str, wanted: str, value: Value) -> Problem:
    """Names the kind of what was given, not the value: it may be part of a secret."""
    kinds = {str: "a string", bool: "true or false", int: "a number", float: "a number", list: "a list"}
    return Problem(path, f"must be {wanted}, got {kinds.get(type(value), 'an object')}")
