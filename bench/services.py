"""N services as a large environment has them: chains of needs, some with routes, secrets and several ports. Pure."""

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


CLUSTER: dict[str, Any] = {
    "scheduler": "nomad",
    "environment": "bench",
    "domain": "bench.example.com",
    "address": "http://127.0.0.1:1",
    "token": "none",
    "discovery_address": "http://127.0.0.1:1",
    "discovery_token": "none",
    "options": {"caddy": "/usr/local/bin/caddy", "command_driver": "exec", "network_mode": "host"},
}
"""A connection that a preview of new resources never uses: nothing listens there."""
