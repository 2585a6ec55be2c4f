"""Routes, as the ingress reads them."""

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from foxden.schedulers.nomad.routes import PREFIX, VALUE, RouteEntry, route_entries
from tests.strategies import PATHS, hosts, labels
from tests.unit.schedulers.nomad.samples import connection, spec


def entries(name: str, *routes: dict[str, Any], **description: Any) -> list[RouteEntry]:
    """The keys and values of a service with these routes."""
    return route_entries(spec(name, routes=list(routes), **description), connection())


def test_a_value_says_where_to_and_how() -> None:
    ports = {"http": {"port": 80}, "rpc": {"port": 81, "protocol": "grpc"}}
    first, second = entries(
        "pods",
        {"host": "app", "path": "/api", "strip_path": True},
        {"host": "www.example.com.", "port": "rpc"},
        ports=ports,
    )
    assert json.loads(first.value) == {
        "environment": "demo",
        "host": "app.demo.foxden.localhost",
        "path": "/api",
        "protocol": "http",
        "service": "pods--demo",
        "strip": True,
    }
    expected = {"host": "www.example.com", "path": "/", "protocol": "grpc", "service": "pods--demo--rpc"}
    assert expected.items() <= json.loads(second.value).items()


@given(PATHS, PATHS, hosts(), labels(), labels())
def test_the_longest_path_comes_first_whoever_has_it(one: str, other: str, host: str, a: str, b: str) -> None:
    (first,), (second,) = entries(a, {"host": host, "path": one}), entries(b, {"host": host, "path": other})
    one, other = json.loads(first.value)["path"], json.loads(second.value)["path"]
    if len(one) > len(other):
        assert first.key < second.key
    assert first.key.startswith(f"{PREFIX}/")


@given(labels(), hosts(), st.from_regex(r"\A/[A-Za-z0-9._~!$&'()+,;=:@%/-]*\Z"))
def test_the_ingress_takes_every_value_that_is_written(name: str, host: str, path: str) -> None:
    for entry in entries(name, {"host": host, "path": path}):
        assert re.search(VALUE, entry.value)


def test_the_ingress_takes_nothing_that_could_be_more_than_a_route() -> None:
    (entry,) = entries("pods", {"host": "app", "path": "/x"})
    value = json.loads(entry.value)
    for field, evil in (
        ("path", "/x {\n"),
        ("path", "/`x"),
        ("path", "/{env.X}"),
        ("host", 'a" b'),
        ("service", "a b"),
    ):
        assert not re.search(VALUE, json.dumps({**value, field: evil}, sort_keys=True))
    assert not re.search(VALUE, "no JSON")


def test_two_routes_of_a_service_have_two_keys_that_stay() -> None:
    one, other = {"host": "app", "path": "/aa"}, {"host": "app", "path": "/bb"}
    found = entries("pods", one, other)
    assert len({entry.key for entry in found}) == 2
    assert {entry.key for entry in entries("pods", other, one)} == {entry.key for entry in found}
