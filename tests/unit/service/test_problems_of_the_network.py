"""Bad ports, health checks, needs and routes, and what is said of them."""

from typing import Any

import pytest

from foxden.service.parse import read_service
from foxden.service.reader import UNKNOWN

NAME_RULE = "must be lower-case letters, digits and hyphens, a letter first and no hyphen last"
NO_PORT = "port must be given for kind 'service'; a service without one is of kind 'worker'"


def told(description: Any) -> list[str]:
    """What is said of a service, without the subject that every line begins with."""
    _, problems = read_service("pods", {"image": "a:1", **description})
    return [problem.message for problem in problems]


@pytest.mark.parametrize(
    ("fields", "messages"),
    [
        ({}, [NO_PORT]),
        ({"ports": {}}, [NO_PORT]),
        ({"port": 0}, ["port must be from 1 to 65535, got 0"]),
        ({"port": -80}, ["port must be from 1 to 65535, got -80"]),
        ({"port": 65536}, ["port must be from 1 to 65535, got 65536"]),
        ({"port": 80.5}, ["port must be a whole number, got 80.5"]),
        ({"port": "80"}, ["port must be a whole number, got '80'"]),
        ({"port": True}, ["port must be a whole number, got True"]),
        ({"port": UNKNOWN}, ["port must be a plain value, got an output of a resource"]),
        ({"port": 80, "ports": {"admin": {"port": 81}}}, ["port must not be given beside ports"]),
        ({"port": 80, "kind": "worker"}, ["port must not be given for kind 'worker', which has none"]),
        ({"ports": {"http": {"port": 80}}, "kind": "job"}, ["ports must not be given for kind 'job', which has none"]),
        ({"ports": [80]}, ["ports must be a mapping, got [80]"]),
        ({"ports": {"http": 80}}, ["ports.http must be a mapping, got 80"]),
        ({"ports": {"http": {"port": 0}}}, ["ports.http.port must be from 1 to 65535, got 0"]),
        ({"ports": {"http": {}}}, ["ports.http.port must be given"]),
        (
            {"ports": {"http": {"prot": 80}}},
            [
                "ports.http.prot is not a known field, did you mean 'port'?",
                "ports.http.port must be given",
            ],
        ),
        (
            {"ports": {"http": {"port": 80, "protocol": "udp"}}},
            ["ports.http.protocol must be one of http, grpc, tcp, got 'udp'"],
        ),
        (
            {"ports": {"http": {"port": 80}, "admin": {"port": 80}}},
            ["ports.admin.port clashes with port 'http', both are 80"],
        ),
        ({"ports": {"Admin": {"port": 80}}}, [f"ports.Admin name {NAME_RULE}, got 'Admin'"]),
        ({"ports": {"a" * 16: {"port": 80}}}, [f"ports.{'a' * 16} name must have at most 15 characters, got 16"]),
        ({"ports": {80: {"port": 80}}}, ["ports must have texts as keys, got 80"]),
    ],
)
def test_ports(fields: dict[str, Any], messages: list[str]) -> None:
    assert told(fields) == messages


MANY = {
    "ports": {"http": {"port": 80}, "admin": {"port": 81, "protocol": "tcp"}, "rpc": {"port": 82, "protocol": "grpc"}}
}


@pytest.mark.parametrize(
    ("health", "messages"),
    [
        ({"path": "health"}, ["health.path must begin with '/', got 'health'"]),
        ({"path": ""}, ["health.path must be a text that is not empty, got ''"]),
        ({"path": "/he alth"}, ["health.path is no URL path, got '/he alth'"]),
        ({"path": "/health?full=1"}, ["health.path is no URL path, got '/health?full=1'"]),
        ({"path": "/health\n"}, ["health.path is no URL path, got '/health\\n'"]),
        ({"path": "/h\u00e4lth"}, ["health.path is no URL path, got '/h\u00e4lth'"]),
        ({"path": 5}, ["health.path must be a text, got 5"]),
        ({"path": "/h", "tcp": True}, ["health needs one of path, tcp and command, got path and tcp"]),
        ({"tcp": False}, ["health.tcp must be true or left out"]),
        ({"tcp": "yes"}, ["health.tcp must be true or false, got 'yes'"]),
        ({"command": []}, ["health.command must name a program"]),
        ({"command": "check"}, ["health.command must be a list, got 'check'"]),
        ({"port": "admn"}, ["health.port names no port of the service, got 'admn'"]),
        ({"path": "/h", "port": "admin"}, ["health.path needs a port that speaks http, port 'admin' speaks tcp"]),
        ({"path": "/h", "port": "rpc"}, ["health.path needs a port that speaks http, port 'rpc' speaks grpc"]),
        ({"interval": 0}, ["health.interval must be from 1 to 300, got 0"]),
        ({"interval": 90}, ["health.interval must be at most grace (60), got 90"]),
        ({"grace": 2}, ["health.grace must be at least interval (3), got 2"]),
        ({"timeout": 0}, ["health.timeout must be from 0.1 to 60, got 0"]),
        ({"grace": 4000}, ["health.grace must be from 1 to 3600, got 4000"]),
        ({"intervall": 5}, ["health.intervall is not a known field, did you mean 'interval'?"]),
        ("/health", ["health must be a mapping, got '/health'"]),
    ],
)
def test_health(health: Any, messages: list[str]) -> None:
    assert told({**MANY, "health": health}) == messages


@pytest.mark.parametrize(
    ("kind", "health", "message"),
    [
        ("worker", {"path": "/h"}, "health.path needs a port, which kind 'worker' has not"),
        ("worker", {"tcp": True}, "health.tcp needs a port, which kind 'worker' has not"),
        ("worker", {"port": "http"}, "health.port names no port of the service, got 'http'"),
        ("job", {"path": "/h"}, "health must not be given for kind 'job', which is judged by how it ends"),
        ("job", {"interval": 5}, "health must not be given for kind 'job', which is judged by how it ends"),
    ],
)
def test_health_of_what_has_no_port(kind: str, health: Any, message: str) -> None:
    assert told({"kind": kind, "health": health}) == [message]


@pytest.mark.parametrize(
    ("needs", "messages"),
    [
        ("pods", ["needs must be a list, got 'pods'"]),
        ({"pods": 1}, ["needs must be a list, got {'pods': 1}"]),
        ([7], ["needs[0] must be a text, got 7"]),
        (["pods", ["x"]], ["needs[1] must be a text, got ['x']"]),
        ([""], ["needs '': name must not be empty"]),
        (["Pods"], [f"needs 'Pods': name {NAME_RULE}, got 'Pods'"]),
        (["pods:"], ["needs 'pods:': port must not be empty"]),
        (["pods:a:b"], [f"needs 'pods:a:b': port {NAME_RULE}, got 'a:b'"]),
        (["http://pods"], [f"needs 'http://pods': port {NAME_RULE}, got '//pods'"]),
        (["a", "b", "a"], ["needs 'a' is there twice"]),
        ([UNKNOWN], ["needs[0] must be a plain value, got an output of a resource"]),
    ],
)
def test_needs(needs: Any, messages: list[str]) -> None:
    assert told({"port": 80, "needs": needs}) == messages


@pytest.mark.parametrize(
    ("routes", "messages"),
    [
        ({"host": "a"}, ["routes must be a list, got {'host': 'a'}"]),
        (["a"], ["routes[0] must be a mapping, got 'a'"]),
        (["a", "b"], ["routes[0] must be a mapping, got 'a'", "routes[1] must be a mapping, got 'b'"]),
        ([{"host": "App"}], ["routes[0].host must be a host name in lower case, got 'App'"]),
        ([{"host": "*.app"}], ["routes[0].host must be a host name in lower case, got '*.app'"]),
        ([{"host": "http://app"}], ["routes[0].host must be a host name in lower case, got 'http://app'"]),
        ([{"host": "app:80"}], ["routes[0].host must be a host name in lower case, got 'app:80'"]),
        ([{"host": "."}], ["routes[0].host must be a host name in lower case, got '.'"]),
        ([{"host": "a..b"}], ["routes[0].host must be a host name in lower case, got 'a..b'"]),
        ([{"host": "a" * 64}], [f"routes[0].host must be a host name in lower case, got '{'a' * 64}'"]),
        ([{"host": ""}], ["routes[0].host must be a text that is not empty, got ''"]),
        ([{"path": "api"}], ["routes[0].path must begin with '/', got 'api'"]),
        ([{"path": "/a b"}], ["routes[0].path is no URL path, got '/a b'"]),
        ([{"path": "/a*"}], ["routes[0].path is no URL path, got '/a*'"]),
        ([{"port": "amin"}], ["routes[0].port names no port of the service, got 'amin'"]),
        ([{"port": "admin"}], ["routes[0].port must speak http or grpc to be routed, port 'admin' speaks tcp"]),
        ([{"strip_path": "no"}], ["routes[0].strip_path must be true or false, got 'no'"]),
        ([{"hots": "a"}], ["routes[0].hots is not a known field, did you mean 'host'?"]),
        ([{"host": "a"}, {"host": "a", "path": "/"}], ["routes[1] is there twice: host 'a', path '/'"]),
        ([{"path": "/api"}, {"path": "/api/"}], ["routes[1] is there twice: host '', path '/api/'"]),
        ([{"host": UNKNOWN}], ["routes[0].host must be a plain value, got an output of a resource"]),
    ],
)
def test_routes(routes: Any, messages: list[str]) -> None:
    assert told({**MANY, "routes": routes}) == messages


def test_a_route_to_what_has_no_port() -> None:
    message = "routes[0].port is missing: the service has none"
    assert told({"kind": "worker", "routes": [{"host": "a"}]}) == [message]
