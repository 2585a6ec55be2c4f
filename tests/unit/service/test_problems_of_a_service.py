"""Bad input and what is said of it: every message is what a user reads."""

from typing import Any

import pytest

from foxden import InvalidInput, Problem
from foxden.service.parse import parse_service, read_service
from foxden.service.reader import UNKNOWN

GOOD: dict[str, Any] = {"image": "registry.example.com/foxden/pods:1.4.0", "port": 8080}
WORKER: dict[str, Any] = {"kind": "worker", "image": "a:1"}
CRON: dict[str, Any] = {"kind": "cron", "image": "a:1", "schedule": "0 3 * * *"}

NAME_RULE = "must be lower-case letters, digits and hyphens, a letter first and no hyphen last"
IMAGE_RULE = "must be like 'registry.example.com/team/name:tag'"
ENV_RULE = "is no ENV name: letters, digits and '_', not a digit first"
SECRET_RULE = "must be the name of a secret: up to 100 lower-case letters, digits and single '-' and '/' between"
CRON_RULE = "must be a cron line of five fields"
ZONE_RULE = "must be an IANA time zone such as 'Europe/Vienna'"
HUGE = 10**5000


def told(description: Any, name: Any = "pods") -> list[str]:
    """What is said of a service, without the subject that every line begins with."""
    _, problems = read_service(name, description)
    assert all(problem.subject == f"service '{name}'" for problem in problems)
    return [problem.message for problem in problems]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "name must not be empty"),
        ("Pods", f"name {NAME_RULE}, got 'Pods'"),
        ("my_pods", f"name {NAME_RULE}, got 'my_pods'"),
        ("pods.api", f"name {NAME_RULE}, got 'pods.api'"),
        ("4pods", f"name {NAME_RULE}, got '4pods'"),
        ("-pods", f"name {NAME_RULE}, got '-pods'"),
        ("pods-", f"name {NAME_RULE}, got 'pods-'"),
        ("pods\n", f"name {NAME_RULE}, got 'pods\\n'"),
        ("pöds", f"name {NAME_RULE}, got 'pöds'"),
        ("pods٣", f"name {NAME_RULE}, got 'pods٣'"),
        ("my--pods", "name must not hold '--', got 'my--pods'"),
        ("p" * 41, "name must have at most 40 characters, got 41"),
        (7, "name must be a text, got 7"),
        (None, "name must be a text, got None"),
    ],
)
def test_names(name: Any, message: str) -> None:
    assert told(GOOD, name) == [message]


PROBLEMS: list[tuple[dict[Any, Any], str]] = [
    # fields that are none
    ({"replicsa": 2}, "replicsa is not a known field, did you mean 'replicas'?"),
    ({"Port": 1}, "Port is not a known field, did you mean 'port'?"),
    ({"cluster": {}}, "cluster is not a known field"),
    ({"xyzzy": 1}, "xyzzy is not a known field"),
    ({5: 1}, "must have texts as keys, got 5"),
    ({b"port": 1}, "must have texts as keys, got b'port'"),
    # kind
    ({"kind": "deamon"}, "kind must be one of service, worker, job, cron, got 'deamon'"),
    ({"kind": "servise"}, "kind must be one of service, worker, job, cron, got 'servise', did you mean 'service'?"),
    ({"kind": ["job"]}, "kind must be one of service, worker, job, cron, got ['job']"),
    ({"kind": UNKNOWN}, "kind must be a plain value, got an output of a resource"),
    # image and command
    ({"image": None}, "needs either image or command"),
    ({"command": ["run"]}, "needs either image or command, got both"),
    ({"image": ""}, "image must be a text that is not empty, got ''"),
    ({"image": 7}, "image must be a text, got 7"),
    ({"image": b"a:1"}, "image must be a text, got b'a:1'"),
    ({"image": "Pods:1"}, f"image {IMAGE_RULE}, got 'Pods:1'"),
    ({"image": "pods:"}, f"image {IMAGE_RULE}, got 'pods:'"),
    ({"image": "pods 1"}, f"image {IMAGE_RULE}, got 'pods 1'"),
    ({"image": "pods:1\n"}, f"image {IMAGE_RULE}, got 'pods:1\\n'"),
    ({"image": "https://example.com/pods:1"}, f"image {IMAGE_RULE}, got 'https://example.com/pods:1'"),
    ({"image": "pods@sha256:12"}, f"image {IMAGE_RULE}, got 'pods@sha256:12'"),
    ({"image": "a/" * 300 + "a"}, f"image {IMAGE_RULE}, got '{'a/' * 48}..."),
    ({"image": None, "command": []}, "command must name a program"),
    ({"image": None, "command": [""]}, "command must name a program"),
    ({"image": None, "command": "run"}, "command must be a list, got 'run'"),
    ({"image": None, "command": b"run"}, "command must be a list, got b'run'"),
    ({"image": None, "command": ["run", 7]}, "command[1] must be a text, got 7"),
    ({"args": "now"}, "args must be a list, got 'now'"),
    ({"args": {"a": 1}}, "args must be a list, got {'a': 1}"),
    ({"args": ["a", None]}, "args[1] must be a text, got None"),
    ({"args": [UNKNOWN]}, "args[0] must be a plain value, got an output of a resource"),
    ({"args": ["a\0"]}, "args[0] must not hold a NUL character, got 'a\\x00'"),
    # version
    ({"version": "1.0 beta"}, "version must be up to 128 letters, digits and '._+-', got '1.0 beta'"),
    ({"version": "-1"}, "version must be up to 128 letters, digits and '._+-', got '-1'"),
    ({"version": "1" * 129}, f"version must be up to 128 letters, digits and '._+-', got '{'1' * 96}..."),
    ({"version": ""}, "version must be a text that is not empty, got ''"),
    ({"version": 1.4}, "version must be a text, got 1.4"),
    # replicas and autoscaling
    ({"replicas": -1}, "replicas must be from 0 to 1000, got -1"),
    ({"replicas": 1001}, "replicas must be from 0 to 1000, got 1001"),
    ({"replicas": 1.5}, "replicas must be a whole number, got 1.5"),
    ({"replicas": True}, "replicas must be a whole number, got True"),
    ({"replicas": "2"}, "replicas must be a whole number, got '2'"),
    ({"replicas": float("nan")}, "replicas must be a whole number, got nan"),
    ({"replicas": float("inf")}, "replicas must be a whole number, got inf"),
    ({"replicas": HUGE}, "replicas must be from 0 to 1000, got a value too large to show"),
    ({"replicas": UNKNOWN}, "replicas must be a plain value, got an output of a resource"),
    ({"autoscaling": {"min": 3, "max": 2}}, "autoscaling.max must be at least min (3), got 2"),
    ({"autoscaling": {"min": 0, "max": 2}}, "autoscaling.min must be from 1 to 1000, got 0"),
    ({"autoscaling": {"min": 1}}, "autoscaling.max must be given"),
    ({"autoscaling": {"max": 1}}, "autoscaling.min must be given"),
    ({"autoscaling": [1, 2]}, "autoscaling must be a mapping, got [1, 2]"),
    ({"autoscaling": {"min": 1, "max": 2}, "replicas": 1}, "autoscaling must not be given beside replicas"),
    ({"autoscaling": {"min": 1, "max": 2, "cpu": 7}}, "autoscaling.cpu is not a known field"),
    (
        {"autoscaling": {"min": 1, "max": 2, "cpu_percent": 101}},
        "autoscaling.cpu_percent must be from 1 to 100, got 101",
    ),
    # cpu and memory
    ({"memory": 0}, "memory must be from 4 to 1048576, got 0"),
    ({"memory": 256.5}, "memory must be a whole number, got 256.5"),
    ({"memory": "256M"}, "memory must be a whole number, got '256M'"),
    ({"memory": 2_000_000}, "memory must be from 4 to 1048576, got 2000000"),
    ({"memory_limit": 64}, "memory_limit must be at least memory (128), got 64"),
    ({"memory": 1048576, "memory_limit": 1048575}, "memory_limit must be at least memory (1048576), got 1048575"),
    ({"cpu": 0}, "cpu must be from 0.01 to 128, got 0"),
    ({"cpu": "100m"}, "cpu must be a number, got '100m'"),
    ({"cpu": float("nan")}, "cpu must be a number, got nan"),
    ({"cpu": 10**400}, f"cpu must be from 0.01 to 128, got 1{'0' * 96}..."),
    ({"cpu": 2, "cpu_limit": 1.5}, "cpu_limit must be at least cpu (2), got 1.5"),
    # placement
    ({"placement": "batch"}, "placement must be a mapping, got 'batch'"),
    ({"placement": {"pol": "a"}}, "placement.pol is not a known field, did you mean 'pool'?"),
    ({"placement": {"pool": "Batch"}}, f"placement.pool {NAME_RULE}, got 'Batch'"),
    ({"placement": {"pool": UNKNOWN}}, "placement.pool must be a plain value, got an output of a resource"),
    ({"placement": {"node_class": ""}}, "placement.node_class must be a text that is not empty, got ''"),
    ({"placement": {"meta": ["disk"]}}, "placement.meta must be a mapping, got ['disk']"),
    ({"placement": {"meta": {"disk": 1}}}, "placement.meta.disk must be a text, got 1"),
    ({"placement": {"meta": {"disk": ""}}}, "placement.meta.disk must not be empty"),
    (
        {"placement": {"meta": {"a b": "x"}}},
        "placement.meta.a b is no name of a fact: up to 58 letters, digits and '._-'",
    ),
    # env, secrets, labels
    ({"env": ["A=1"]}, "env must be a mapping, got ['A=1']"),
    ({"env": {"1A": "x"}}, f"env.1A {ENV_RULE}"),
    ({"env": {"A-B": "x"}}, f"env.A-B {ENV_RULE}"),
    ({"env": {"A\n": "x"}}, f"env.A\n {ENV_RULE}"),
    ({"env": {"A": 1}}, "env.A must be a text, got 1"),
    ({"env": {"A": True}}, "env.A must be a text, got True"),
    ({"env": {"A": ["x"]}}, "env.A must be a text, got ['x']"),
    ({"env": {"A": "x\0"}}, "env.A must not hold a NUL character, got 'x\\x00'"),
    ({"env": {"A": "\ud800"}}, "env.A must be a text that UTF-8 can hold, got '\\ud800'"),
    ({"env": {None: "x"}}, "env must have texts as keys, got None"),
    ({"secrets": {"A B": "key"}}, f"secrets.A B {ENV_RULE}"),
    ({"secrets": {"A": "Api_Key"}}, f"secrets.A {SECRET_RULE}"),
    ({"secrets": {"A": ""}}, f"secrets.A {SECRET_RULE}"),
    ({"secrets": {"A": "a//b"}}, f"secrets.A {SECRET_RULE}"),
    ({"secrets": {"A": "../b"}}, f"secrets.A {SECRET_RULE}"),
    ({"secrets": {"A": "a" * 101}}, f"secrets.A {SECRET_RULE}"),
    ({"secrets": {"A": 7}}, f"secrets.A {SECRET_RULE}"),
    ({"secrets": {"A": UNKNOWN}}, f"secrets.A {SECRET_RULE}"),
    ({"labels": {"team name": "x"}}, "labels.team name is no label name: up to 63 letters, digits and '._/-'"),
    ({"labels": {"team": "x" * 64}}, "labels.team must have at most 63 characters, got 64"),
    ({"labels": {"team": None, "on": True}}, "labels.on must be a text, got True"),
    ({"labels": {"team": UNKNOWN}}, "labels.team must be a plain value, got an output of a resource"),
    # release
    ({"release": "canary"}, "release must be a mapping, got 'canary'"),
    (
        {"release": {"strategy": "blue/green"}},
        "release.strategy must be one of rolling, canary, blue-green, got 'blue/green', did you mean 'blue-green'?",
    ),
    ({"release": {"canaries": 2}}, "release.canaries must not be given for strategy 'rolling'"),
    (
        {"release": {"strategy": "canary", "canaries": 3}, "replicas": 2},
        "release.canaries must be at most replicas (2), got 3",
    ),
    (
        {"release": {"strategy": "canary", "canaries": 3}, "autoscaling": {"min": 2, "max": 9}},
        "release.canaries must be at most autoscaling.min (2), got 3",
    ),
    ({"release": {"max_parallel": 0}}, "release.max_parallel must be from 1 to 1000, got 0"),
    ({"release": {"min_healthy": -1}}, "release.min_healthy must be from 0 to 3600, got -1"),
    ({"release": {"deadline": 60}}, "release.deadline must be above health.grace (60), got 60"),
    ({"release": {"deadline": 9000}}, "release.deadline must be from 5 to 7200, got 9000"),
    ({"release": {"auto_revert": "yes"}}, "release.auto_revert must be true or false, got 'yes'"),
    ({"release": {"auto_revert": 1}}, "release.auto_revert must be true or false, got 1"),
    ({"release": {"stratgy": "rolling"}}, "release.stratgy is not a known field, did you mean 'strategy'?"),
    ({"termination_grace": -1}, "termination_grace must be from 0 to 3600, got -1"),
    ({"termination_grace": [1]}, "termination_grace must be a number, got [1]"),
    # what belongs to other kinds
    ({"schedule": "0 3 * * *"}, "schedule must not be given for kind 'service'"),
    ({"timezone": "UTC"}, "timezone must not be given for kind 'service'"),
]


@pytest.mark.parametrize(("fields", "message"), PROBLEMS)
def test_problems(fields: dict[Any, Any], message: str) -> None:
    assert told({**GOOD, **fields}) == [message]


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ({**CRON, "schedule": None}, "schedule must be given for kind 'cron'"),
        ({**CRON, "schedule": "0 3 * *"}, f"schedule {CRON_RULE} (it has 4), got '0 3 * *'"),
        ({**CRON, "schedule": "@daily"}, f"schedule {CRON_RULE} (it has 1), got '@daily'"),
        ({**CRON, "schedule": "0 0 3 * * *"}, f"schedule {CRON_RULE} (it has 6), got '0 0 3 * * *'"),
        ({**CRON, "schedule": "60 3 * * *"}, f"schedule {CRON_RULE} (bad minute), got '60 3 * * *'"),
        ({**CRON, "schedule": "0 3 * * fryday"}, f"schedule {CRON_RULE} (bad day-of-week), got '0 3 * * fryday'"),
        ({**CRON, "schedule": "0 3 30 2 *"}, f"schedule {CRON_RULE} (bad day-of-month), got '0 3 30 2 *'"),
        ({**CRON, "schedule": 5}, "schedule must be a text, got 5"),
        ({**CRON, "timezone": "CEST/Vienna"}, f"timezone {ZONE_RULE}, got 'CEST/Vienna'"),
        ({**CRON, "timezone": "../UTC"}, f"timezone {ZONE_RULE}, got '../UTC'"),
        ({**CRON, "timezone": "Europe"}, f"timezone {ZONE_RULE}, got 'Europe'"),
        ({**CRON, "release": {"max_parallel": 2}}, "release must not be given for kind 'cron'"),
        ({**CRON, "autoscaling": {"min": 1, "max": 2}}, "autoscaling must not be given for kind 'cron'"),
        ({**WORKER, "schedule": "0 3 * * *"}, "schedule must not be given for kind 'worker'"),
    ],
)
def test_problems_of_other_kinds(description: dict[str, Any], message: str) -> None:
    assert told(description) == [message]


@pytest.mark.parametrize("description", [None, [], "pods", 7, UNKNOWN])
def test_a_description_that_is_no_mapping_is_one_problem(description: Any) -> None:
    given = "must be a plain value, got an output of a resource" if description is UNKNOWN else None
    assert told(description) == [given or f"must be a mapping, got {description!r}"]


def test_all_problems_are_told_at_once_each_with_the_name_of_the_service() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_service("Pods", {"port": 0, "memory": 0, "health": {"path": "health"}, "replicas": -1, "imgae": "a"})
    assert str(caught.value).splitlines() == [
        f"service 'Pods': name {NAME_RULE}, got 'Pods'",
        "service 'Pods': imgae is not a known field, did you mean 'image'?",
        "service 'Pods': port must be from 1 to 65535, got 0",
        "service 'Pods': needs either image or command",
        "service 'Pods': health.path must begin with '/', got 'health'",
        "service 'Pods': replicas must be from 0 to 1000, got -1",
        "service 'Pods': memory must be from 4 to 1048576, got 0",
    ]
    assert caught.value.problems[-1] == Problem("service 'Pods'", "memory must be from 4 to 1048576, got 0")


def test_a_secret_put_where_its_name_belongs_is_not_repeated() -> None:
    for value in ("hunter2-IS-my-Secret", ["hunter2"], {"value": "hunter2"}):
        assert "hunter2" not in str(told({**GOOD, "secrets": {"API_KEY": value}}))


def test_what_is_none_is_not_given() -> None:
    nothing: dict[str, Any] = dict.fromkeys(("kind", "health", "replicas", "env", "needs", "routes", "release"))
    assert read_service("pods", {**GOOD, **nothing, "command": None}) == read_service("pods", GOOD)
