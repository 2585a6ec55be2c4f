"""N services as a large environment has them: chains of needs, some with routes, secrets and several ports. Pure."""

import os
from typing import Any

SECRETS = ("api-key",)


def services(count: int) -> dict[str, dict[str, Any]]:
    """Name to description. Every second one needs the one before, every fifth has a route, every tenth a secret."""
    found: dict[str, dict[str, Any]] = {}
    for number in range(count):
        service: dict[str, Any] = {
            "image": f"registry.example.com/foxden/s{number}:1.{number}",
            "port": 8080,
            "replicas": 1 + number % 3,
            "env": {"LOG_LEVEL": "info", "NUMBER": str(number)},
        }
        if number % 2:
            service["needs"] = [f"s{number - 1}"]
        if number % 5 == 0:
            service["routes"] = [{"host": f"s{number}"}]
        if number % 10 == 0:
            service["secrets"] = {"API_KEY": SECRETS[0]}
        found[f"s{number}"] = service
    return found


ENVIRONMENT, DOMAIN = "bench", "bench.example.com"

CLUSTERS: dict[str, dict[str, Any]] = {
    # Nothing listens there: a preview of new resources asks nobody.
    "nomad": {
        "scheduler": "nomad",
        "address": "http://127.0.0.1:1",
        "token": "none",
        "discovery_address": "http://127.0.0.1:1",
        "discovery_token": "none",
        "options": {"caddy": "/usr/local/bin/caddy", "command_driver": "exec", "network_mode": "host"},
    },
    # An API server, which says what kinds of objects there are, and has each of them rehearsed.
    "kubernetes": {
        "scheduler": "kubernetes",
        "address": "https://127.0.0.1:1",
        "options": {"kubeconfig": os.environ.get("BENCH_KUBECONFIG", "")},
    },
}
"""Scheduler to the connection of a cluster that has it."""
