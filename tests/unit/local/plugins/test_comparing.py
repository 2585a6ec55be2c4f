"""A state against a wish: what counts as a change, where, and whether it replaces."""

from hypothesis import given
from hypothesis import strategies as st

from local.plugins.comparing import Change, Kind, changes
from local.plugins.schema import ListOf, MapOf, Property, Record, Scalar, Table, member_path
from local.plugins.wire import UNKNOWN, Secret, Values
from tests.unit.local.plugins.strategies import keys, plain_values

_ENTRY = Record((Property("path"), Property("flags", Scalar.INTEGER), Property("seen", computed=True)))
_TABLE = Table(
    (
        Property("prefix", replaces=True),
        Property("text"),
        Property("subkeys", MapOf(Scalar.STRING)),
        Property("bag", ListOf(_ENTRY, ordered=False)),
        Property("row", ListOf(Scalar.STRING)),
        Property("place", computed=True, replaces=True),
        Property("index", output=True),
    )
)


def paths(state: Values, wish: Values) -> list[str]:
    return [change.path for change in changes(_TABLE, state, wish)]


def test_kinds_and_replacement() -> None:
    found = changes(_TABLE, {"text": "a", "row": ["x"]}, {"prefix": "p", "text": "b"})
    assert found == [
        Change("prefix", Kind.ADD, replaces=True),
        Change("text", Kind.UPDATE),
        Change("row", Kind.DELETE),
    ]


def test_the_members_of_a_map_are_told_apart() -> None:
    old, new = {"a": "1", "b": "2", "x/y": "3"}, {"a": "1", "b": "5", "c d": "4"}
    found = changes(_TABLE, {"subkeys": old}, {"subkeys": new})
    assert {change.path: change.kind for change in found} == {
        "subkeys.b": Kind.UPDATE,
        'subkeys["c d"]': Kind.ADD,
        'subkeys["x/y"]': Kind.DELETE,
    }
    assert {change.property for change in found} == {"subkeys"}


def test_a_key_with_an_empty_value_is_a_key() -> None:
    assert paths({"subkeys": {"a": "1"}}, {"subkeys": {"a": "1", "b": ""}}) == ["subkeys.b"]


def test_absent_and_empty_are_one() -> None:
    assert paths({"text": "", "subkeys": {}, "row": []}, {}) == []
    assert paths({}, {"text": "", "subkeys": {}, "row": []}) == []


def test_the_order_of_a_set_is_nothing_that_of_a_list_is() -> None:
    one, two = {"path": "a", "flags": 1}, {"path": "b", "flags": 2}
    assert paths({"bag": [one, two]}, {"bag": [two, one]}) == []
    assert paths({"bag": [one, one]}, {"bag": [one, two]}) == ["bag"]
    assert paths({"row": ["a", "b"]}, {"row": ["b", "a"]}) == ["row"]


def test_what_the_server_decides_may_be_left_out() -> None:
    assert paths({"place": "dc1"}, {}) == []
    assert paths({"place": "dc1"}, {"place": "dc2"}) == ["place"]
    assert paths({"bag": [{"path": "a", "seen": "x"}]}, {"bag": [{"path": "a"}]}) == []


def test_unknown_is_a_change_wherever_it_is() -> None:
    assert paths({"text": "a"}, {"text": UNKNOWN}) == ["text"]
    assert paths({"subkeys": {"a": "1"}}, {"subkeys": {"a": UNKNOWN}}) == ["subkeys.a"]
    assert paths({"bag": [{"path": "a"}]}, {"bag": [{"path": UNKNOWN}]}) == ["bag"]
    assert paths({}, {"prefix": UNKNOWN}) == ["prefix"]


def test_secret_or_not_is_no_change_of_the_value() -> None:
    assert paths({"text": Secret("a")}, {"text": "a"}) == []
    assert paths({"text": Secret("a")}, {"text": Secret("b")}) == ["text"]


def test_outputs_are_not_compared() -> None:
    assert paths({"index": 1}, {}) == []


@given(st.dictionaries(st.sampled_from(["prefix", "text", "subkeys", "bag", "row", "place"]), plain_values, max_size=3))
def test_nothing_changes_to_itself(state: Values) -> None:
    assert paths(state, state) == []


@given(st.dictionaries(keys, st.text(max_size=3)), st.dictionaries(keys, st.text(max_size=3)))
def test_a_map_changes_exactly_where_it_differs(old: dict[str, str], new: dict[str, str]) -> None:
    differing = {key for key in {*old, *new} if old.get(key) != new.get(key)}
    assert set(paths({"subkeys": old}, {"subkeys": new})) == {member_path("subkeys", key) for key in differing}
