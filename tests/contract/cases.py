"""Services of every sort, for any scheduler to run or to refuse, and how they are rendered."""

from collections.abc import Mapping
from typing import Any

from foxden.connection import Connection, ConnectionArgs
from foxden.errors import Problem
from foxden.schedulers.base import Manifest, Scheduler, scheduler, unsupported
from foxden.service.prepare import known_connection, public
from foxden.service.resolve import resolve
from foxden.service.spec import ServiceSpec

IMAGE = "registry.example.com/foxden/it:1.4.0"
WEB: dict[str, Any] = {"image": IMAGE, "port": 8080}

OTHERS: dict[str, Any] = {
    "pods": {"image": "registry.example.com/foxden/pods:7", "port": 8080, "replicas": 2},
    "admin": {
        "image": "registry.example.com/foxden/admin:7",
        "ports": {
            "http": {"port": 80},
            "rpc": {"port": 81, "protocol": "grpc"},
            "raw": {"port": 82, "protocol": "tcp"},
        },
    },
}
"""Services that others may need."""

ENDPOINTS: dict[str, Any] = {
    "db": {"url": "postgres://db.example.com/foxden"},
    "elsewhere": {"service": "elsewhere", "protocol": "http"},
}

HOSTILE = "${HOME} $PATH {{ .x }} %{if} `id` \"'\\ \t\n# é 猫 ${NOMAD_ALLOC_ID}"

CASES: dict[str, dict[str, Any]] = {
    "three lines": WEB,
    "a command": {"command": ["/usr/bin/python3", "-m", "it"], "port": 8080, "version": "8f2"},
    "arguments": {**WEB, "args": ["--listen", "all"]},
    "named ports": {"image": IMAGE, "ports": {"http": {"port": 80}, "rpc": {"port": 81, "protocol": "grpc"}}},
    "a raw port": {"image": IMAGE, "ports": {"raw": {"port": 5432, "protocol": "tcp"}}},
    "a worker": {"kind": "worker", "image": IMAGE},
    "a job": {"kind": "job", "image": IMAGE},
    "a cron job": {"kind": "cron", "image": IMAGE, "schedule": "0 3 * * *"},
    "a cron job abroad": {"kind": "cron", "image": IMAGE, "schedule": "0 3 * * *", "timezone": "Europe/Vienna"},
    "another health path": {**WEB, "health": {"path": "/ok", "interval": 5, "timeout": 3, "grace": 30}},
    "health by connection": {**WEB, "health": {"tcp": True}},
    "health by command": {**WEB, "health": {"command": ["/bin/check"]}},
    "a worker's health": {"kind": "worker", "image": IMAGE, "health": {"command": ["/bin/check"]}},
    "none": {**WEB, "replicas": 0},
    "five": {**WEB, "replicas": 5},
    "as many as it takes": {**WEB, "autoscaling": {"min": 2, "max": 5}},
    "size": {**WEB, "cpu": 0.5, "memory": 256},
    "a limit of memory": {**WEB, "memory": 256, "memory_limit": 512},
    "a limit of cpu": {**WEB, "cpu": 0.5, "cpu_limit": 1},
    "env": {**WEB, "env": {"B": "2", "A": "1"}},
    "hostile env": {**WEB, "env": {"A": HOSTILE}, "args": [HOSTILE]},
    "secrets": {**WEB, "secrets": {"API_KEY": "pods-api-key", "B": "team/b"}},
    "a worker's secrets": {"kind": "worker", "image": IMAGE, "secrets": {"API_KEY": "pods-api-key"}},
    "needs": {**WEB, "needs": ["pods", "admin"]},
    "needs a named port": {**WEB, "needs": ["admin:http"]},
    "needs grpc": {**WEB, "needs": ["admin:rpc"]},
    "needs a raw port": {**WEB, "needs": ["admin:raw"]},
    "needs things outside": {**WEB, "needs": ["db"]},
    "needs what was deployed before": {**WEB, "needs": ["elsewhere"]},
    "a worker with needs": {"kind": "worker", "image": IMAGE, "needs": ["pods", "db"]},
    "a job with needs": {"kind": "job", "image": IMAGE, "needs": ["pods"]},
    "routes": {**WEB, "routes": [{"host": "it"}, {"host": "www.example.com.", "path": "/it", "strip_path": True}]},
    "rolling": {**WEB, "replicas": 4, "release": {"max_parallel": 2, "min_healthy": 10, "deadline": 300}},
    "canary": {**WEB, "replicas": 4, "release": {"strategy": "canary", "canaries": 2}},
    "blue-green": {**WEB, "replicas": 4, "release": {"strategy": "blue-green"}},
    "no way back": {**WEB, "release": {"auto_revert": False}},
    "a long goodbye": {**WEB, "termination_grace": 300, "release": {"deadline": 300}},
    "a pool of its own": {**WEB, "placement": {"pool": "batch"}},
    "certain machines": {**WEB, "placement": {"node_class": "large", "meta": {"disk": "nvme", "rack": "r1.a_b-c"}}},
    "labels": {**WEB, "labels": {"team": "meetings", "tier": "front"}},
}

ESSENTIAL = (
    "three lines",
    "a worker",
    "env",
    "needs",
    "needs things outside",
    "routes",
    "five",
    "none",
    "secrets",
    "a pool of its own",
)
"""What a scheduler that could not do it would be of no use for."""

NAME = "it"


def connection_args(name: str, **changed: Any) -> ConnectionArgs:
    """A cluster of that scheduler."""
    given: Any = {
        "scheduler": name,
        "environment": "demo",
        "domain": "demo.foxden.localhost",
        "address": "http://127.0.0.1:4646",
        "token": "scheduler-token",
        "discovery_address": "http://127.0.0.1:8500",
        "discovery_token": "discovery-token",
        "ingress_scheme": "http",
        "ingress_port": 8080,
    }
    whole: ConnectionArgs = given | changed
    return whole


def known(name: str, **changed: Any) -> Connection:
    """The same, as a renderer sees it."""
    return known_connection(public(connection_args(name, **changed)))


def read(description: Any, others: Any = None, endpoints: Any = None) -> tuple[ServiceSpec, Any]:
    """The spec of a valid service in an environment of others, and what its needs stand for."""
    services = {**(OTHERS if others is None else others), NAME: description}
    specs, targets, problems = resolve(services, ENDPOINTS if endpoints is None else endpoints, None, "d")
    assert problems == []
    spec = specs[-1]
    return spec, {need: targets[need] for need in spec.needs}


def refusals(chosen: Scheduler, description: Any) -> list[Problem]:
    """Why a scheduler doesn't take a valid service."""
    spec, targets = read(description)
    return unsupported(spec, targets, chosen) + chosen.problems(spec, connection_args(chosen.name))


def taken(chosen: Scheduler) -> Mapping[str, dict[str, Any]]:
    """The cases that a scheduler takes."""
    return {case: description for case, description in CASES.items() if not refusals(chosen, description)}


def render(name: str, description: Any, others: Any = None, endpoints: Any = None, **connection: Any) -> Manifest:
    """The manifest of a valid service."""
    spec, targets = read(description, others, endpoints)
    return scheduler(name).render(spec, known(name, **connection), targets)
