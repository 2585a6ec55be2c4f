"""Inputs against a table: every problem at once, types settled, secrets marked, unknown values let pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.plugins.checking import Problem, check
from local.plugins.schema import ListOf, MapOf, Property, Record, Scalar, Table
from local.plugins.wire import UNKNOWN, Secret, Values, has_secret
from tests.unit.local.plugins.strategies import keys, values

_KEY = Record((Property("name", required=True), Property("flags", Scalar.INTEGER, default=0)))
_TABLE = Table(
    (
        Property("path", required=True),
        Property("count", Scalar.INTEGER, default=1),
        Property("wait", Scalar.BOOLEAN),
        Property("labels", MapOf(Scalar.STRING)),
        Property("items", MapOf(Scalar.STRING), secret=True),
        Property("keys", ListOf(_KEY)),
        Property("old", unsupported="it is gone"),
        Property("index", output=True),
    )
)


def reasons(given: Values) -> dict[str, str]:
    return {problem.path: problem.reason for problem in check(_TABLE, given)[1]}


def test_good_inputs_get_their_defaults() -> None:
    checked, problems = check(_TABLE, {"path": "a", "keys": [{"name": "k"}]})
    assert problems == []
    assert checked == {"path": "a", "count": 1, "keys": [{"name": "k", "flags": 0}]}


def test_every_problem_is_told_at_once() -> None:
    found = reasons({"labls": {}, "count": "many", "index": "7", "old": "x", "keys": [{}, {"nam": "k"}]})
    assert found == {
        "path": "is required",
        "count": "must be a whole number, got a string",
        "index": "is decided by the server, it can't be given",
        "old": "it is gone",
        "labls": "is not a property here; did you mean 'labels'?",
        "keys[0].name": "is required",
        "keys[1].name": "is required",
        "keys[1].nam": "is not a property here; did you mean 'name'?",
    }


def test_a_name_like_no_other_gets_the_list() -> None:
    assert reasons({"path": "a", "zzz": 1})["zzz"].endswith("there are path, count, wait, labels, items, keys, old")


def test_the_official_plugins_own_notes_are_let_pass() -> None:
    assert reasons({"path": "a", "__defaults": []}) == {}


@pytest.mark.parametrize(
    ("name", "given_value", "settled"),
    [
        ("path", 5, "5"),
        ("path", True, "true"),
        ("count", "12", 12),
        ("count", "-1", -1),
        ("wait", "true", True),
        ("wait", False, False),
        ("labels", {"a": 1, "b": UNKNOWN}, {"a": "1", "b": UNKNOWN}),
        ("count", UNKNOWN, UNKNOWN),
        ("keys", UNKNOWN, UNKNOWN),
        ("path", Secret("p"), Secret("p")),
        ("count", Secret("3"), Secret(3)),
    ],
)
def test_types_are_settled(name: str, given_value: object, settled: object) -> None:
    checked, problems = check(_TABLE, {"path": "a", name: given_value})
    assert problems == []
    assert checked[name] == settled


@pytest.mark.parametrize(
    ("name", "wrong", "wanted"),
    [
        ("path", ["a"], "a string, got a list"),
        ("count", 1.5, "a whole number, got a number"),
        ("count", True, "a whole number, got true or false"),
        ("count", "²", "a whole number, got a string"),
        ("wait", "maybe", "true or false, got a string"),
        ("labels", "x", "an object, got a string"),
        ("keys", {}, "a list, got an object"),
    ],
)
def test_a_wrong_type_is_refused(name: str, wrong: object, wanted: str) -> None:
    assert reasons({"path": "a", name: wrong})[name] == f"must be {wanted}"


def test_a_secret_is_not_repeated_in_a_problem() -> None:
    assert "hush" not in str(check(_TABLE, {"path": "a", "items": Secret("hush"), "count": Secret("hush")})[1])


def test_what_is_always_secret_gets_marked_once() -> None:
    assert check(_TABLE, {"path": "a", "items": {"k": "v"}})[0]["items"] == Secret({"k": "v"})
    assert check(_TABLE, {"path": "a", "items": Secret({"k": "v"})})[0]["items"] == Secret({"k": "v"})


@given(st.dictionaries(keys | st.sampled_from(["path", "count", "items", "keys", "labels"]), values, max_size=4))
def test_any_input_is_answered_and_a_second_check_changes_nothing(inputs: Values) -> None:
    checked, problems = check(_TABLE, inputs)
    assert all(isinstance(problem, Problem) for problem in problems)
    assert "items" not in checked or has_secret(checked["items"])
    if not problems:
        assert check(_TABLE, checked) == (checked, [])
