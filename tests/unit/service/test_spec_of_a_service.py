"""What a description means: its defaults, and the effect of every field."""

import json
from typing import Any

import pytest

from foxden import (
    AutoscalingArgs,
    HealthArgs,
    HealthCheck,
    PlacementArgs,
    PortArgs,
    PortProtocol,
    ReleaseArgs,
    ReleaseStrategy,
    RouteArgs,
    ServiceDescription,
    ServiceKind,
)
from foxden.service.parse import parse_service
from foxden.service.reader import UNKNOWN, Unknown
from foxden.service.spec import Autoscaling, Health, Placement, Port, Release, Resources, Route, ServiceSpec

IMAGE = "registry.example.com/foxden/pods:1.4.0"
DIGEST = "0123456789ab" + "c" * 52
THREE_LINES: dict[str, Any] = {"image": IMAGE, "port": 8080}


def test_a_service_is_three_lines_and_the_rest_is_sensible() -> None:
    spec = parse_service("pods", THREE_LINES)
    assert spec == ServiceSpec(
        name="pods",
        kind=ServiceKind.SERVICE,
        version="1.4.0",
        image=IMAGE,
        command=(),
        args=(),
        ports=(Port("http", 8080, PortProtocol.HTTP),),
        health=Health(check=HealthCheck.HTTP, path="/health", port="http", command=(), interval=3, timeout=2, grace=60),
        replicas=1,
        autoscaling=None,
        resources=Resources(cpu=0.1, memory=128, cpu_limit=None, memory_limit=None),
        env={},
        secrets={},
        needs=(),
        routes=(),
        placement=Placement(pool="", node_class="", meta={}),
        release=Release(
            strategy=ReleaseStrategy.ROLLING, max_parallel=1, canaries=1, min_healthy=3, deadline=180, auto_revert=True
        ),
        termination_grace=15,
        labels={},
        schedule=None,
        timezone="UTC",
    )
    assert spec.subject == "service 'pods'"


def test_a_spec_made_by_hand_has_the_same_defaults_as_one_that_was_read() -> None:
    worker: dict[str, Any] = {"kind": "worker", "image": "a:7"}
    spec = ServiceSpec("a", kind=ServiceKind.WORKER, image="a:7", version="7")
    assert spec == parse_service("a", worker)
    scaled = parse_service("a", {**worker, "autoscaling": {"min": 1, "max": 2}})
    assert scaled.autoscaling == Autoscaling(1, 2)
    served = parse_service("a", {**THREE_LINES, "health": {"tcp": True}, "routes": [{}]})
    assert served.health == Health(HealthCheck.TCP, port="http")
    assert (served.ports, served.routes) == ((Port("http", 8080),), (Route(),))
    assert ServiceSpec("a").kind == ServiceKind.SERVICE
    assert ServiceSpec("a").version == parse_service("a", {"command": ["a"], "port": 1}).version


def test_defaults_of_what_is_given_in_part() -> None:
    spec = parse_service(
        "pods", {"image": IMAGE, "ports": {"a": {"port": 1}}, "autoscaling": {"min": 1, "max": 2}, "routes": [{}]}
    )
    assert spec.ports == (Port("a", 1, PortProtocol.HTTP),)
    assert spec.autoscaling == Autoscaling(1, 2, cpu_percent=70)
    assert spec.routes == (Route(host="", path="/", port="", strip_path=False),)


@pytest.mark.parametrize(
    ("fields", "version"),
    [
        ({"image": "pods:1.4.0"}, "1.4.0"),
        ({"image": "registry.example.com:5000/team/pods:_x.Y-2"}, "_x.Y-2"),
        ({"image": "registry.example.com:5000/pods"}, "latest"),
        ({"image": f"pods@sha256:{DIGEST}"}, "0123456789ab"),
        ({"image": f"pods:7@sha256:{DIGEST}"}, "7"),
        ({"image": "pods:" + "1" * 128}, "1" * 128),
        ({"image": "pods:1.4.0", "version": "main+8f2"}, "main+8f2"),
        ({"command": ["./pods"]}, "dev"),
        ({"command": ["./pods"], "version": "8f2"}, "8f2"),
        ({"image": UNKNOWN}, UNKNOWN),
        ({"image": UNKNOWN, "version": "7"}, "7"),
        ({"image": "pods:1", "version": UNKNOWN}, UNKNOWN),
    ],
)
def test_versions(fields: dict[str, Any], version: str) -> None:
    spec = parse_service("pods", {"port": 80, **fields})
    assert (spec.version, type(spec.version)) == (version, type(version))


@pytest.mark.parametrize(
    "image",
    ["a", "a:1", "localhost/a", "localhost:5000/a", "ghcr.io/a/b/c:1", "a__b/c-d.e:1", "EXAMPLE.com/a", "my--a:x"],
)
def test_images(image: str) -> None:
    assert parse_service("pods", {"port": 80, "image": image}).image == image


def test_the_default_health_check_fits_the_first_port_or_the_one_that_is_named() -> None:
    def health(**fields: Any) -> tuple[HealthCheck, str, str]:
        found = parse_service("pods", {"image": IMAGE, **fields}).health
        return found.check, found.path, found.port

    tcp, grpc = {"port": 81, "protocol": "tcp"}, {"port": 82, "protocol": "grpc"}
    assert health(port=80) == (HealthCheck.HTTP, "/health", "http")
    assert health(ports={"raw": tcp, "http": {"port": 80}}) == (HealthCheck.TCP, "", "raw")
    assert health(ports={"rpc": grpc}) == (HealthCheck.TCP, "", "rpc")
    assert health(ports={"raw": tcp, "http": {"port": 80}}, health={"port": "http"}) == (
        HealthCheck.HTTP,
        "/health",
        "http",
    )
    assert health(port=80, health={"tcp": True}) == (HealthCheck.TCP, "", "http")
    assert health(port=80, health={"path": "/ok"}) == (HealthCheck.HTTP, "/ok", "http")
    assert health(port=80, health={"command": ["true"]})[:2] == (HealthCheck.COMMAND, "")
    assert health(kind="worker") == (HealthCheck.NONE, "", "")
    assert health(kind="worker", health={"command": ["true"]}) == (HealthCheck.COMMAND, "", "")
    assert health(kind="job") == (HealthCheck.NONE, "", "")


def test_a_slow_start_gives_a_release_more_time() -> None:
    assert parse_service("pods", {**THREE_LINES, "health": {"grace": 90}}).release.deadline == 180
    assert parse_service("pods", {**THREE_LINES, "health": {"grace": 600}}).release.deadline == 1200


def test_a_canary_of_a_service_that_is_scaled_to_nothing() -> None:
    spec = parse_service("pods", {**THREE_LINES, "replicas": 0, "release": {"strategy": "canary"}})
    assert (spec.replicas, spec.release.canaries) == (0, 1)


def test_numbers_are_the_same_with_and_without_a_point() -> None:
    given = {**THREE_LINES, "replicas": 2.0, "cpu": 1, "health": {"interval": 5}, "port": 8080.0}
    spec = parse_service("pods", given)
    assert json.dumps([spec.replicas, spec.resources.cpu, spec.health.interval, spec.ports[0].number]) == (
        "[2, 1.0, 5.0, 8080]"
    )


@pytest.mark.parametrize("line", ["* * * * *", "*/5 0-6,20 1 JAN-MAR MON", "0 0 L * *", "0 0 * * 7"])
def test_cron_lines(line: str) -> None:
    spec = parse_service("nightly", {"kind": "cron", "image": IMAGE, "schedule": line, "timezone": "Europe/Vienna"})
    assert (spec.schedule, spec.timezone) == (line, "Europe/Vienna")


def test_utc_needs_no_time_zone_data(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr("foxden.service.parse.ZoneInfo", nothing)
    assert parse_service("nightly", {"kind": "cron", "image": IMAGE, "schedule": "0 3 * * *"}).timezone == "UTC"


def test_routes_are_kept_in_one_form() -> None:
    spec = parse_service("pods", {**THREE_LINES, "routes": [{"path": "/api/"}, {"host": "www.example.com."}]})
    assert [(route.host, route.path) for route in spec.routes] == [("", "/api"), ("www.example.com.", "/")]
    assert [route.host_in("foxden.localhost") for route in spec.routes] == ["foxden.localhost", "www.example.com"]
    assert Route(host="app").host_in("foxden.localhost") == "app.foxden.localhost"


def test_ports_are_found_by_name() -> None:
    spec = parse_service("pods", {"image": IMAGE, "ports": {"http": {"port": 80}, "admin": {"port": 81}}})
    assert spec.default_port == spec.port("") == spec.port("http") == Port("http", 80)
    assert spec.port("admin") == Port("admin", 81)
    assert spec.port("none") is None
    assert parse_service("pods", {"kind": "worker", "image": IMAGE}).port("") is None


def test_what_is_known_late_stays_unknown() -> None:
    spec = parse_service("pods", {"image": UNKNOWN, "port": 80, "env": {"A": UNKNOWN, "B": "b"}})
    assert isinstance(spec.image, Unknown)
    assert {name: isinstance(value, Unknown) for name, value in spec.env.items()} == {"A": True, "B": False}


FIELDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # field: without it, with it
    "kind": ({"image": IMAGE, "port": None, "kind": "worker"}, {"kind": "job"}),
    "image": ({}, {"image": "other:1.4.0"}),
    "command": ({"image": None, "command": ["a"]}, {"command": ["a", "b"]}),
    "args": ({}, {"args": ["x"]}),
    "version": ({}, {"version": "7"}),
    "port": ({}, {"port": 81}),
    "ports": ({"port": None, "ports": {"a": {"port": 1}}}, {"ports": {"b": {"port": 1}}}),
    "health": ({}, {"health": {"path": "/x"}}),
    "replicas": ({}, {"replicas": 2}),
    "autoscaling": ({}, {"autoscaling": {"min": 1, "max": 2}}),
    "cpu": ({}, {"cpu": 0.2}),
    "cpu_limit": ({}, {"cpu_limit": 0.2}),
    "memory": ({}, {"memory": 64}),
    "memory_limit": ({}, {"memory_limit": 256}),
    "env": ({}, {"env": {"A": "1"}}),
    "secrets": ({}, {"secrets": {"A": "key"}}),
    "needs": ({}, {"needs": ["other"]}),
    "routes": ({}, {"routes": [{}]}),
    "placement": ({}, {"placement": {"pool": "batch"}}),
    "release": ({}, {"release": {"max_parallel": 2}}),
    "termination_grace": ({}, {"termination_grace": 5}),
    "labels": ({}, {"labels": {"a": "b"}}),
    "schedule": ({"kind": "cron", "port": None, "schedule": "1 1 1 1 1"}, {"schedule": "2 1 1 1 1"}),
    "timezone": ({"kind": "cron", "port": None, "schedule": "1 1 1 1 1"}, {"timezone": "Europe/Vienna"}),
}
ENTRIES: dict[type, tuple[str, dict[str, tuple[Any, Any]]]] = {
    PortArgs: ("ports", {"port": (1, 2), "protocol": (None, "tcp")}),
    HealthArgs: (
        "health",
        {
            "path": (None, "/x"),
            "tcp": (None, True),
            "command": (None, ["true"]),
            "port": (None, "admin"),
            "interval": (None, 4),
            "timeout": (None, 4),
            "grace": (None, 4),
        },
    ),
    AutoscalingArgs: ("autoscaling", {"min": (1, 2), "max": (5, 6), "cpu_percent": (None, 50)}),
    RouteArgs: (
        "routes",
        {"host": (None, "a"), "path": (None, "/a"), "port": (None, "admin"), "strip_path": (None, True)},
    ),
    PlacementArgs: (
        "placement",
        {"pool": (None, "batch"), "node_class": (None, "large"), "meta": (None, {"disk": "nvme"})},
    ),
    ReleaseArgs: (
        "release",
        {
            "strategy": ("canary", "blue-green"),
            "max_parallel": (None, 2),
            "canaries": (None, 2),
            "min_healthy": (None, 4),
            "deadline": (None, 100),
            "auto_revert": (None, False),
        },
    ),
}


def test_every_field_of_a_description_has_an_effect() -> None:
    assert FIELDS.keys() == ServiceDescription.__annotations__.keys()
    for field, (without, given) in FIELDS.items():
        base = {**THREE_LINES, **without}
        assert parse_service("pods", base) != parse_service("pods", {**base, **given}), field


def test_every_field_of_an_entry_has_an_effect() -> None:
    for form, (field, values) in ENTRIES.items():
        assert values.keys() == form.__annotations__.keys()
        for key, (without, given) in values.items():
            base = {name: pair[0] for name, pair in values.items()}
            assert _with_entry(field, {**base, key: without}) != _with_entry(field, {**base, key: given}), key


def _with_entry(field: str, entry: dict[str, Any]) -> ServiceSpec:
    ports: dict[str, Any] = {"http": {"port": 80}, "admin": {"port": 81}}
    value: Any = {"routes": [entry], "ports": {"http": entry}}.get(field, entry)
    scale = {} if field == "autoscaling" else {"replicas": 4}
    return parse_service("pods", {"image": IMAGE, "ports": ports, **scale, field: value})
