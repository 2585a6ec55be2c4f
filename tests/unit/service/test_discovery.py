"""Needs: what they stand for, what they inject, and what is wrong with them."""

from typing import Any

import pytest

from foxden.errors import Problem
from foxden.service.discovery import (
    SCHEME_PORTS,
    Address,
    External,
    Provided,
    Target,
    cycles,
    injected_names,
    need_names,
    need_problems,
    needs_env,
    parse_endpoints,
    port_env_name,
    provided,
)
from foxden.service.parse import parse_service
from foxden.service.reader import UNKNOWN
from foxden.service.spec import PortProtocol, ServiceSpec

NAME_RULE = "must be lower-case letters, digits and hyphens, a letter first and no hyphen last"


def service(name: str, *needs: str, **fields: Any) -> ServiceSpec:
    """A valid service that needs these."""
    base = {} if "ports" in fields or "kind" in fields else {"port": 80}
    return parse_service(name, {"image": "a:1", "needs": list(needs), **base, **fields})


def endpoints(given: Any) -> tuple[dict[str, Target], list[str]]:
    """Targets, and messages without their subject."""
    problems: list[Problem] = []
    targets = parse_endpoints("environment", given, problems)
    assert {problem.subject for problem in problems} <= {"environment"}
    return targets, [problem.message for problem in problems]


def test_every_port_is_provided_and_the_first_under_two_names() -> None:
    ports = {"http": {"port": 80}, "admin": {"port": 81}, "raw": {"port": 82, "protocol": "tcp"}}
    assert provided([service("pods", ports=ports), service("w", kind="worker")]) == {
        "pods": Provided("pods", "", PortProtocol.HTTP),
        "pods:http": Provided("pods", "", PortProtocol.HTTP),
        "pods:admin": Provided("pods", "admin", PortProtocol.HTTP),
        "pods:raw": Provided("pods", "raw", PortProtocol.TCP),
    }


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://legacy.example.com", "legacy.example.com", 443),
        ("http://legacy.example.com/base?x=1#y", "legacy.example.com", 80),
        ("postgres://user@db.example.com/foxden", "db.example.com", 5432),
        ("postgres://db.example.com:6432/foxden", "db.example.com", 6432),
        ("redis://[::1]:7000/0", "::1", 7000),
        ("REDISS://Cache.example.com", "cache.example.com", 6379),
        ("amqp://mq.example.com", "mq.example.com", 5672),
        ("odd+scheme://h:1", "h", 1),
    ],
)
def test_things_outside(url: str, host: str, port: int) -> None:
    assert endpoints({"it": {"url": url}}) == ({"it": External(url, host, port)}, [])


def test_the_ports_that_schemes_mean() -> None:
    """As IANA's registry and the projects' own documentation have them."""
    usual = """
        http 80, https 443, grpc 80, ws 80, wss 443, postgres 5432, postgresql 5432, mysql 3306, redis 6379,
        rediss 6379, amqp 5672, amqps 5671, mongodb 27017, ldap 389, ldaps 636, smtp 25, nats 4222
    """
    pairs = [pair.split() for pair in usual.split(",")]
    assert {scheme: int(port) for scheme, port in pairs} == SCHEME_PORTS


def test_things_inside_that_were_deployed_elsewhere() -> None:
    given = {
        "pods": {"service": "pods", "protocol": "grpc"},
        "pods:admin": {"service": "pods", "port": "admin"},
        "old": {"service": "pods-v1"},
    }
    assert endpoints(given) == (
        {
            "pods": Provided("pods", "", PortProtocol.GRPC),
            "pods:admin": Provided("pods", "admin"),
            "old": Provided("pods-v1"),
        },
        [],
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "endpoints must be a mapping, got []"),
        ("db", "endpoints must be a mapping, got 'db'"),
        ({5: {"url": "http://x"}}, "endpoints must have texts as keys, got 5"),
        ({"DB": {"url": "http://x"}}, f"endpoints.DB name {NAME_RULE}, got 'DB'"),
        ({"db:Main": {"url": "http://x"}}, f"endpoints.db:Main port {NAME_RULE}, got 'Main'"),
        ({"db": "http://x"}, "endpoints.db must be a mapping, got 'http://x'"),
        ({"db": {}}, "endpoints.db needs either url or service"),
        ({"db": {"url": "http://x", "service": "y"}}, "endpoints.db needs either url or service"),
        ({"db": {"url": "http://x", "port": "http"}}, "endpoints.db.port must not be given beside url"),
        ({"db": {"ulr": "http://x", "service": "y"}}, "endpoints.db.ulr is not a known field, did you mean 'url'?"),
        (
            {"db": {"url": "db.example.com"}},
            "endpoints.db.url must be like 'https://host:port/path', got 'db.example.com'",
        ),
        (
            {"db": {"url": "db.example.com:5432"}},
            "endpoints.db.url must be like 'https://host:port/path', got 'db.example.com:5432'",
        ),
        ({"db": {"url": "http://"}}, "endpoints.db.url must be like 'https://host:port/path', got 'http://'"),
        ({"db": {"url": "http://a b"}}, "endpoints.db.url must be like 'https://host:port/path', got 'http://a b'"),
        (
            {"db": {"url": "http://a\n.b"}},
            "endpoints.db.url must be like 'https://host:port/path', got 'http://a\\n.b'",
        ),
        ({"db": {"url": "ftp://h"}}, "endpoints.db.url needs a port, since none is known for 'ftp', got 'ftp://h'"),
        (
            {"db": {"url": "http://h:0"}},
            "endpoints.db.url needs a port, since none is known for 'http', got 'http://h:0'",
        ),
        (
            {"db": {"url": "http://h:99999"}},
            "endpoints.db.url is no URL (Port out of range 0-65535), got 'http://h:99999'",
        ),
        ({"db": {"url": "http://[::1"}}, "endpoints.db.url is no URL (Invalid IPv6 URL), got 'http://[::1'"),
        ({"db": {"url": ""}}, "endpoints.db.url must be a text that is not empty, got ''"),
        ({"db": {"url": 5}}, "endpoints.db.url must be a text, got 5"),
        ({"db": {"service": "Pods"}}, f"endpoints.db.service {NAME_RULE}, got 'Pods'"),
        ({"db": {"service": 5}}, "endpoints.db.service must be a text, got 5"),
        ({"db": {"service": "pods", "port": "a b"}}, f"endpoints.db.port {NAME_RULE}, got 'a b'"),
        (
            {"db": {"service": "pods", "protocol": "udp"}},
            "endpoints.db.protocol must be one of http, grpc, tcp, got 'udp'",
        ),
        ({"db": {"service": UNKNOWN}}, "endpoints.db.service must be a plain value, got an output of a resource"),
    ],
)
def test_endpoints_that_are_wrong(given: Any, message: str) -> None:
    assert endpoints(given)[1] == [message]


@pytest.mark.parametrize(
    "url",
    [
        "postgres://me:hunter2@db.example.com/foxden",
        "postgres://me:hunter2@db.example.com:99999",
        "odd://me:hunter2@db.example.com",
        "//me:hunter2@db.example.com",
        "http://me:hunter2@",
        "http://me:hunter2 @db\n",
    ],
)
def test_a_password_in_a_url_is_refused_and_not_repeated(url: str) -> None:
    (message,) = endpoints({"db": {"url": url}})[1]
    assert "hunter2" not in message
    assert message.startswith("endpoints.db.url ")


def test_who_needs_a_wrong_endpoint_is_not_blamed() -> None:
    targets, _ = endpoints({"db": {"url": "nonsense"}, "cache": 5, "Queue": {"url": "http://x"}})
    assert need_problems(service("pods", "db", "cache"), targets) == []


def test_an_endpoint_may_be_known_late() -> None:
    targets, messages = endpoints({"a": {"url": UNKNOWN}, "b": UNKNOWN, "c": None})
    assert (set(targets), messages) == ({"a", "b"}, [])
    assert endpoints(None) == ({}, [])


def need_messages(spec: ServiceSpec, *others: ServiceSpec) -> list[str]:
    """What is said of a service's needs."""
    problems = need_problems(spec, provided([spec, *others]))
    assert {problem.subject for problem in problems} <= {spec.subject}
    return [problem.message for problem in problems]


def test_needs_that_nobody_provides() -> None:
    pods = service("pods")
    assert need_messages(service("a", "podz"), pods) == ["needs 'podz', which nobody provides, did you mean 'pods'?"]
    assert need_messages(service("a", "xyzzy"), pods) == ["needs 'xyzzy', which nobody provides"]
    assert need_messages(service("a", "pods:htp"), pods) == [
        "needs 'pods:htp', which nobody provides, did you mean 'pods:http'?"
    ]
    assert need_messages(service("a", "w"), service("w", kind="worker")) == ["needs 'w', which nobody provides"]
    assert need_messages(service("a", "pods", "pods:http"), pods) == []


def test_a_service_that_needs_itself() -> None:
    assert need_messages(service("pods", "pods")) == ["needs must not name the service itself, got 'pods'"]
    assert need_messages(service("pods", "pods:http")) == ["needs must not name the service itself, got 'pods:http'"]


def test_names_that_would_be_set_twice() -> None:
    one = service("pods-admin")
    other = service("pods", ports={"http": {"port": 1}, "admin": {"port": 2}})
    assert need_messages(service("a", "pods-admin", "pods:admin"), one, other) == [
        f"ENV PODS_ADMIN_{end} would be set by need 'pods-admin' and by need 'pods:admin'"
        for end in ("URL", "HOST", "PORT")
    ]
    assert need_messages(service("a", "port", ports={"url": {"port": 1}}), service("port")) == [
        "ENV PORT_URL would be set by port 'url' and by need 'port'"
    ]


@pytest.mark.parametrize(
    ("fields", "messages"),
    [
        ({"env": {"PORT": "1"}}, ["env.PORT clashes with the one set by the scheduler"]),
        ({"env": {"HOST": "1"}}, ["env.HOST clashes with the one set by the scheduler"]),
        ({"env": {"PORT_HTTP": "1"}}, ["env.PORT_HTTP clashes with the one set by port 'http'"]),
        ({"env": {"SERVICE_NAME": "1"}}, ["env.SERVICE_NAME clashes with the one set by the scheduler"]),
        ({"env": {"SERVICE_VERSION": "1"}}, ["env.SERVICE_VERSION clashes with the one set by the scheduler"]),
        ({"env": {"ENVIRONMENT": "1"}}, ["env.ENVIRONMENT clashes with the one set by the scheduler"]),
        ({"env": {"INSTANCE_ID": "1"}}, ["env.INSTANCE_ID clashes with the one set by the scheduler"]),
        ({"env": {"PODS_URL": "1"}}, ["env.PODS_URL clashes with the one set by need 'pods'"]),
        ({"secrets": {"PODS_HOST": "key"}}, ["secrets.PODS_HOST clashes with the one set by need 'pods'"]),
        ({"env": {"KEY": "1"}, "secrets": {"KEY": "key"}}, ["env.KEY is in secrets, too"]),
        ({"env": {"pods_url": "1", "PODS_URI": "1", "PORTS": "1"}}, []),
    ],
)
def test_clashes_with_what_is_injected(fields: dict[str, Any], messages: list[str]) -> None:
    assert need_messages(service("a", "pods", **fields), service("pods")) == messages


def test_what_has_no_port_may_call_its_own_env_port() -> None:
    assert need_messages(service("w", kind="worker", env={"PORT": "1", "HOST": "x"})) == []


def test_what_is_injected() -> None:
    names = injected_names(service("a", "pods", ports={"http": {"port": 1}, "my-admin": {"port": 2}}))
    assert set(names) == {
        *("SERVICE_NAME", "SERVICE_VERSION", "ENVIRONMENT", "INSTANCE_ID", "HOST", "PORT"),
        *("PORT_HTTP", "PORT_MY_ADMIN", "PODS_URL", "PODS_HOST", "PODS_PORT"),
    }
    assert port_env_name("my-admin") == "PORT_MY_ADMIN"
    assert need_names("meeting-router") == ("MEETING_ROUTER_URL", "MEETING_ROUTER_HOST", "MEETING_ROUTER_PORT")
    assert need_names("pods:my-admin") == ("PODS_MY_ADMIN_URL", "PODS_MY_ADMIN_HOST", "PODS_MY_ADMIN_PORT")


def test_the_env_of_needs() -> None:
    assert needs_env({"pods": Address("http://h:1", "h", "1"), "db": Address("postgres://d/x", "d", "5432")}) == {
        "PODS_URL": "http://h:1",
        "PODS_HOST": "h",
        "PODS_PORT": "1",
        "DB_URL": "postgres://d/x",
        "DB_HOST": "d",
        "DB_PORT": "5432",
    }


def cycle_messages(*specs: ServiceSpec) -> list[str]:
    """What is said of cycles, whole lines."""
    return [str(problem) for problem in cycles(specs)]


def test_cycles() -> None:
    assert cycle_messages(service("a", "b"), service("b", "c"), service("c", "outside")) == []
    assert cycle_messages(service("a", "b"), service("b", "a")) == ["service 'a': needs form a cycle: a -> b -> a"]
    assert cycle_messages(service("a", "b:http"), service("b", "c"), service("c", "a:http")) == [
        "service 'a': needs form a cycle: a -> b -> c -> a"
    ]


def test_every_cycle_is_told() -> None:
    two = [service("a", "b"), service("b", "a"), service("c", "d"), service("d", "c")]
    assert cycle_messages(*two) == [
        "service 'a': needs form a cycle: a -> b -> a",
        "service 'c': needs form a cycle: c -> d -> c",
    ]


def test_a_service_that_needs_itself_is_no_cycle_beside_being_a_problem() -> None:
    assert cycle_messages(service("a", "a")) == []
