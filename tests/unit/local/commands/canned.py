"""Answers as Nomad and Consul give them, made of the few fields that are looked at."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from local.agents import Cluster


@dataclass
class Canned:
    """What is answered: by path, with namespace if the question has one, or by host for the ingress."""

    answers: dict[str, Any] = field(default_factory=dict)
    sites: dict[str, tuple[int, str]] = field(default_factory=dict)
    cluster: Cluster = field(init=False)

    def find(self, target: str, host: str) -> tuple[int, Any]:
        """Status and body."""
        if host in self.sites:
            return self.sites[host]
        parts = urlsplit(target)
        namespace = dict(parse_qsl(parts.query)).get("namespace")
        key = f"{namespace}:{parts.path}" if namespace else parts.path
        return (200, self.answers[key]) if key in self.answers else (404, "404: no service has a route")

    def put_job(self, env: str, facts: dict[str, Any]) -> None:
        """A job, with its place in the list."""
        self.answers.setdefault(f"{env}:/v1/jobs", []).append({"ID": facts["ID"], "Namespace": env})
        self.answers[f"{env}:/v1/job/{facts['ID']}"] = facts
        self.answers.setdefault("/v1/namespaces", [{"Name": "default"}]).append({"Name": env})


def job(name: str = "pods", env: str = "local", count: int = 2, version: str = "v1", **more: Any) -> dict[str, Any]:
    """A job that registers with Consul."""
    group = {
        "Count": count,
        "Tasks": [{"Name": "needs"}, {"Name": "main"}],
        "Services": [{"Name": f"{name}--{env}", "Provider": "consul"}],
    }
    facts = {
        "ID": name,
        "Namespace": env,
        "Type": "service",
        "Status": "running",
        "Stop": False,
        "Version": 3,
        "Meta": {"version": version},
        "TaskGroups": [group],
    }
    return facts | more


def allocation(number: int, status: str = "running", healthy: bool | None = True, **more: Any) -> dict[str, Any]:
    """An allocation; the greater its number, the later it changed."""
    return {
        "ID": f"{number:08}-rest",
        "ClientStatus": status,
        "DeploymentStatus": None if healthy is None else {"Healthy": healthy},
        "JobVersion": 3,
        "TaskStates": {},
        "ModifyIndex": number,
        **more,
    }


def task(*messages: str, failed: bool = False) -> dict[str, Any]:
    """What happened to a task."""
    return {"Failed": failed, "Events": [{"DisplayMessage": message} for message in messages]}


def key(service: str, host: str, path: str = "/", env: str = "local", health: str = "/health") -> dict[str, Any]:
    """A route in Consul's KV store."""
    value = {"environment": env, "service": f"{service}--{env}", "host": host, "path": path, "health": health}
    return {"Key": "foxden/ingress/x", "Value": base64.b64encode(json.dumps(value).encode()).decode()}
