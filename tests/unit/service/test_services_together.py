"""The services of an environment, checked against each other."""

from typing import Any

import pytest

from foxden.service.discovery import External, Provided
from foxden.service.reader import UNKNOWN
from foxden.service.resolve import endpoint_args, needed, resolve
from foxden.service.spec import PortProtocol

WEB: dict[str, Any] = {"image": "a:1", "port": 80}


def told(services: Any, endpoints: Any = None, secrets: Any = None, domain: str = "foxden.localhost") -> list[str]:
    """Every line that a user would read."""
    return [str(problem) for problem in resolve(services, endpoints, secrets, domain)[2]]


def test_a_sound_environment() -> None:
    services = {
        "pods": {**WEB, "secrets": {"KEY": "api-key"}},
        "meeting-router": {**WEB, "needs": ["pods", "db"], "routes": [{"host": "api"}]},
        "app": {**WEB, "needs": ["meeting-router"], "routes": [{"host": "app"}, {"host": "api", "path": "/app"}]},
    }
    specs, targets, problems = resolve(services, {"db": {"url": "postgres://db/x"}}, ["api-key"], "d")
    assert problems == []
    assert [spec.name for spec in specs] == ["pods", "meeting-router", "app"]
    assert needed(specs[1], targets) == {
        "pods": {"service": "pods", "protocol": "http"},
        "db": {"url": "postgres://db/x"},
    }


def test_targets_go_through_endpoint_args_and_back() -> None:
    assert endpoint_args(External("http://h", "h", 80)) == {"url": "http://h"}
    assert endpoint_args(Provided("a", "admin", PortProtocol.GRPC)) == {
        "service": "a",
        "port": "admin",
        "protocol": "grpc",
    }
    assert endpoint_args(Provided("a")) == {"service": "a", "protocol": "http"}


def test_all_problems_of_all_services_at_once() -> None:
    services = {
        "pods": {**WEB, "health": {"path": "health"}},
        "pods-2": {**WEB, "replicsa": 2},
        "router": {**WEB, "needs": ["podz"], "secrets": {"KEY": "api-kye"}},
        "app": {**WEB, "needs": ["web"], "routes": [{"host": "app"}]},
        "web": {**WEB, "needs": ["app"], "routes": [{"host": "app"}]},
    }
    assert told(services, {"db": {}}, ["api-key"]) == [
        "service 'pods': health.path must begin with '/', got 'health'",
        "service 'pods-2': replicsa is not a known field, did you mean 'replicas'?",
        "environment: endpoints.db needs either url or service",
        "service 'router': needs 'podz', which nobody provides, did you mean 'pods'?",
        "service 'router': secrets.KEY names 'api-kye', which the environment doesn't have, did you mean 'api-key'?",
        "service 'app': needs form a cycle: app -> web -> app",
        "service 'web': routes[0] is taken by service 'app': host 'app', path '/'",
    ]


@pytest.mark.parametrize(
    ("services", "lines"),
    [
        (None, []),
        ({}, []),
        ([], ["environment: services must be a mapping, got []"]),
        (["pods"], ["environment: services must be a mapping, got ['pods']"]),
        (UNKNOWN, ["environment: services must be a plain value, got an output of a resource"]),
        ({7: WEB}, ["environment: services must have texts as keys, got 7"]),
        ({"pods": None}, ["service 'pods': must be a mapping, got None"]),
        ({"pods": UNKNOWN}, ["service 'pods': must be a plain value, got an output of a resource"]),
        ({"": WEB}, ["service '': name must not be empty"]),
    ],
)
def test_services_that_are_none(services: Any, lines: list[str]) -> None:
    assert told(services) == lines


def test_an_endpoint_may_not_have_the_name_of_a_service() -> None:
    line = "environment: endpoints.{} has the name of a service"
    outside = {"url": "http://x"}
    assert told({"pods": WEB}, {"pods": outside, "db": outside}) == [line.format("pods")]
    assert told({"pods": WEB}, {"pods:admin": outside}) == [line.format("pods:admin")]


def test_secrets_are_checked_when_they_are_known() -> None:
    services = {"pods": {**WEB, "secrets": {"KEY": "key"}}}
    assert told(services, secrets=None) == []
    assert told(services, secrets=["key"]) == []
    missing = "service 'pods': secrets.KEY names 'key', which the environment doesn't have"
    assert told(services, secrets=[]) == [missing]
    assert told(services, secrets="key") == ["environment: secrets must be a list, got 'key'", missing]
    assert told(services, secrets=[["key"]]) == ["environment: secrets[0] must be a text, got ['key']", missing]


def test_routes_are_the_same_when_they_mean_the_same() -> None:
    def routes(one: Any, other: Any, domain: str = "foxden.localhost") -> list[str]:
        return told({"a": {**WEB, "routes": [one]}, "b": {**WEB, "routes": [other]}}, domain=domain)

    twin = "service 'b': routes[0] is taken by service 'a': host 'app.foxden.localhost.', path '/x'"
    absolute = {"host": "app.foxden.localhost.", "path": "/x/"}
    assert routes({"host": "app", "path": "/x"}, absolute) == [twin]
    assert routes({"host": "app", "path": "/x"}, absolute, "other.localhost") == []
    assert routes({"host": "app"}, {"host": "app", "path": "/x"}) == []
    assert routes({"host": "app"}, {}) == []
    assert routes({}, {}) == ["service 'b': routes[0] is taken by service 'a': host '', path '/'"]
    assert len(routes({"host": "app"}, {"host": "app"}, UNKNOWN)) == 1


def test_the_order_of_services_changes_nothing_but_the_order() -> None:
    services = {"a": {**WEB, "needs": ["b"]}, "b": WEB, "c": {**WEB, "needs": ["a", "b"]}}
    forward, backward = (
        resolve(dict(items), None, None, "d") for items in (services.items(), [*services.items()][::-1])
    )
    assert forward[0] == backward[0][::-1]
    assert forward[1] == backward[1]
