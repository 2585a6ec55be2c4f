"""Stand-ins for what a node talks to."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from foxden.boot.files.node.api import Api, ApiError
from foxden.boot.files.node.facts import Facts
from foxden.boot.files.node.imds import Metadata
from foxden.boot.files.node.parameters import Parameters


def facts(**more: Any) -> Facts:
    """A core server of three, unless it is said otherwise."""
    usual = {
        "region": "eu-west-1",
        "cluster": "dev",
        "role": "server",
        "servers": 3,
        "parameters": "/foxden/dev",
        "key": "alias/foxden-dev",
        "pool": "servers",
        "instance": "i-1",
        "address": "10.0.0.1",
    }
    return Facts(**{**usual, **more})


def worker(**more: Any) -> Facts:
    """A worker."""
    return facts(**{"role": "worker", "pool": "general", **more})


class Time:
    """A clock that goes on when one sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    time = monotonic

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class FakeApi(Api):
    """Answers from a table of method and path; what isn't in it is not there. Remembers what it was told."""

    def __init__(self, answers: Mapping[str, Any], token: str = "own") -> None:
        self.answers = answers
        self.token = token
        self.calls: list[tuple[str, Any]] = []

    def raw(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> bytes:
        self.calls.append((f"{method} {path}", None if body is None else json.loads(body)))
        answer = self.answers.get(f"{method} {path}")
        if callable(answer):
            answer = answer(self.token, None if body is None else json.loads(body))
        if answer is None:
            raise ApiError(f"{method} {path}: 404 not there", 404)
        return json.dumps(answer).encode()

    def with_token(self, token: str) -> "FakeApi":
        other = FakeApi(self.answers, token)
        other.calls = self.calls
        return other

    def patient(self) -> "FakeApi":
        return self

    def told(self, start: str) -> list[Any]:
        """The bodies of the calls that begin so."""
        return [body for call, body in self.calls if call.startswith(start)]


class FakeMetadata(Metadata):
    """The metadata service with these answers."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers

    def read(self, path: str) -> str | None:
        return self.answers.get(path.replace("/", "_").replace("-", "_"))


class FakeGroups:
    """A client of autoscaling: instances by id, with their states."""

    def __init__(self, **states: str) -> None:
        self.states = {name.replace("_", "-"): state for name, state in states.items()}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def describe_auto_scaling_instances(self, InstanceIds: list[str]) -> dict[str, Any]:
        found = [
            {"InstanceId": each, "AutoScalingGroupName": "group", "LifecycleState": self.states[each]}
            for each in InstanceIds
            if each in self.states
        ]
        return {"AutoScalingInstances": found}

    def describe_auto_scaling_groups(self, AutoScalingGroupNames: list[str]) -> dict[str, Any]:
        assert AutoScalingGroupNames == ["group"]
        instances = [
            {"InstanceId": each, "LifecycleState": state, "HealthStatus": "Healthy"}
            for each, state in self.states.items()
        ]
        return {"AutoScalingGroups": [{"Instances": instances}]}

    def __getattr__(self, action: str) -> Callable[..., None]:
        def remember(**given: Any) -> None:
            self.calls.append((action, given))

        return remember


class FakeParameters(Parameters):
    """Parameters in a table."""

    def __init__(self, **values: str) -> None:
        self.values = values

    def read(self, name: str) -> str | None:
        return self.values.get(name)

    def once(self, name: str, make: Callable[[], str], public: bool = False) -> str:
        if name not in self.values:
            self.values[name] = make()
        return self.values[name]

    def replace(self, name: str, value: str, public: bool = False) -> None:
        self.values[name] = value

    def forget(self, name: str) -> None:
        self.values.pop(name, None)
