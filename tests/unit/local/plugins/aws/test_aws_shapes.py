"""Values and paths, between the SDK's names and shapes and the bridge's."""

from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from local.plugins.aws import shapes
from local.plugins.aws.types import CHANGES, Change, Shape

CHANGED = (
    Change("ingress", "ingresses"),
    Change("rules.filter", "filters", Shape.ONE_IN_LIST),
    Change("rules.filter.and", "ands", Shape.ONE_IN_LIST),
    Change("aliases", "alias", Shape.LIST_OF_ONE),
)
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def struct(values: dict[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(values)
    return made


def inwards(values: dict[str, Any]) -> Any:
    made = struct(values)
    shapes.to_bridge(made, CHANGED)
    return json_format.MessageToDict(made)


def outwards(values: dict[str, Any]) -> Any:
    made = struct(values)
    shapes.from_bridge(made, CHANGED)
    return json_format.MessageToDict(made)


PAIRS = [
    ({"ingress": [{"fromPort": 1}], "name": "x"}, {"ingresses": [{"fromPort": 1}], "name": "x"}),
    ({"rules": [{"filter": {"prefix": "a"}}, {}]}, {"rules": [{"filters": [{"prefix": "a"}]}, {}]}),
    ({"rules": [{"filter": {"and": {"tags": {}}}}]}, {"rules": [{"filters": [{"ands": [{"tags": {}}]}]}]}),
    ({"aliases": [{"name": "a"}]}, {"alias": {"name": "a"}}),
    ({"aliases": None}, {"alias": None}),
    ({"ingress": {**SECRET, "value": []}}, {"ingresses": {**SECRET, "value": []}}),
    ({"aliases": {**SECRET, "value": [{"name": "a"}]}}, {"alias": {**SECRET, "value": {"name": "a"}}}),
    ({"rules": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}, {"rules": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}),
    ({}, {}),
]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_to_the_bridge_and_back(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert inwards(ours) == theirs
    assert outwards(theirs) == ours


def test_an_empty_list_of_one_is_nothing() -> None:
    assert inwards({"aliases": []}) == {"alias": None}


PATHS = [
    ("ingress", "ingresses"),
    ("ingress[0].fromPort", "ingresses[0].fromPort"),
    ("rules[2].filter.prefix", "rules[2].filters[0].prefix"),
    ("rules[2].filter.and.tags.a", "rules[2].filters[0].ands[0].tags.a"),
    ("aliases[0].name", "alias.name"),
    ('tags["a.b/c"]', 'tags["a.b/c"]'),
    ("name", "name"),
    ("other.ingress", "other.ingress"),
]


@pytest.mark.parametrize(("ours", "theirs"), PATHS)
def test_paths(ours: str, theirs: str) -> None:
    assert shapes.path_to_bridge(ours, CHANGED) == theirs
    assert shapes.path_from_bridge(theirs, CHANGED) == ours


names = st.text("abcdefgh", min_size=1, max_size=6)
values = st.recursive(
    st.text(max_size=5) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(names, values, max_size=4))
def test_what_is_not_changed_stays_to_the_byte(given_values: dict[str, Any]) -> None:
    for changes in CHANGES.values():
        made = struct(given_values)
        shapes.to_bridge(made, [change for change in changes if change.path[0] not in given_values])
        assert made == struct(given_values)
