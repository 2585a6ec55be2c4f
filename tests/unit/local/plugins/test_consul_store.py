"""Keys: how they are put together, and cut into transactions."""

from hypothesis import given
from hypothesis import strategies as st

from local.plugins.consul import client
from local.plugins.consul.client import Consul, Pair
from local.plugins.consul.keys import KeysHandler
from local.plugins.consul.prefix import _wanted
from local.plugins.http import Http
from local.plugins.wire import UNKNOWN


@given(st.lists(st.tuples(st.text(min_size=1), st.integers(0, 400_000)), max_size=200))
def test_transactions_hold_everything_in_order_and_stay_small(sizes: list[tuple[str, int]]) -> None:
    operations = [{"KV": {"Verb": "set", "Key": key, "Value": "x" * size}} for key, size in sizes]
    batches = client._batches(operations)
    assert [operation for batch in batches for operation in batch] == operations
    for batch in batches:
        assert 0 < len(batch) <= client._OPERATIONS_PER_TRANSACTION
        size = sum(len(operation["KV"]["Value"]) for operation in batch)
        assert size <= client._BYTES_PER_TRANSACTION or len(batch) == 1


def test_both_kinds_of_subkeys_are_one_set_of_keys() -> None:
    listed = [{"path": "b", "value": "2", "flags": 7}, {"path": "c", "value": ""}]
    assert _wanted({"subkeys": {"a": "1", "b": "0"}, "subkeyCollection": listed}) == {
        "a": Pair("1"),
        "b": Pair("2", 7),
        "c": Pair(""),
    }


def test_a_resources_own_place_and_token_win() -> None:
    consul = Consul(Http("http://x", {"X-Consul-Token": "ours"}), datacenter="dc1", namespace="n")
    assert consul.store({}).query == {"dc": "dc1", "ns": "n", "partition": ""}
    own = consul.store({"datacenter": "dc2", "partition": "p", "token": "theirs"})
    assert own.query == {"dc": "dc2", "ns": "n", "partition": "p"}
    assert own.http.headers["X-Consul-Token"] == "theirs"
    assert own.http.cancelled is consul.http.cancelled
    assert consul.store({}).http.headers["X-Consul-Token"] == "ours"


def test_a_path_is_given_once() -> None:
    twice = [{"path": "a"}, {"path": "a"}, {"path": UNKNOWN}, {"path": UNKNOWN}]
    assert [problem.reason for problem in KeysHandler().problems({"keys": twice})] == [
        "path 'a' is given more than once"
    ]
    assert list(KeysHandler().problems({"keys": UNKNOWN})) == list(KeysHandler().problems({})) == []
