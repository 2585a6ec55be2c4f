"""What the commands understand of Nomad's and Consul's answers (pure)."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_MAIN_TASK = "main"


@dataclass(frozen=True)
class Job:
    """A job of an environment, as Nomad runs it."""

    environment: str
    name: str
    version: str
    """Of the service."""
    number: int
    """Nomad's own count of the job's changes."""
    kind: str
    """Nomad's type: ``service``, ``batch``, ``system``."""
    status: str
    """``running``, ``pending`` or ``dead``."""
    wanted: int
    """Instances that there should be."""
    discovery_name: str
    """Under which Consul knows its instances; '' for a job that registers none."""
    task: str
    """The task that runs the service's own program."""


def job_of(facts: Mapping[str, Any]) -> Job:
    """A job from Nomad's description."""
    group = facts["TaskGroups"][0]
    tasks = [task["Name"] for task in group["Tasks"]]
    registered = [service["Name"] for service in group.get("Services") or [] if service.get("Provider") == "consul"]
    return Job(
        environment=facts["Namespace"],
        name=facts["ID"],
        version=(facts.get("Meta") or {}).get("version", "-"),
        number=facts["Version"],
        kind=facts["Type"],
        status=facts["Status"],
        wanted=0 if facts.get("Stop") else group["Count"],
        discovery_name=registered[0] if registered else "",
        task=_MAIN_TASK if _MAIN_TASK in tasks else tasks[0],
    )


@dataclass(frozen=True)
class Instance:
    """One allocation of a job."""

    id: str
    status: str
    """``pending``, ``running``, ``complete``, ``failed``, ``lost``."""
    healthy: bool | None
    """What its deployment thinks; None while that is open."""
    job_number: int
    """The change of the job that it belongs to."""
    events: Mapping[str, list[str]]
    """Task -> what happened to it, in Nomad's words, the oldest first."""
    failed_task: str
    """The first task that failed; '' when none did."""
    changed: int
    """Grows with every change in the cluster."""

    @property
    def short(self) -> str:
        """The part of its id that people read."""
        return self.id[:8]


def instances_of(allocations: Iterable[Mapping[str, Any]]) -> list[Instance]:
    """Instances from Nomad's allocations, the latest change first."""
    instances = [_instance(allocation) for allocation in allocations]
    return sorted(instances, key=lambda instance: instance.changed, reverse=True)


def _instance(allocation: Mapping[str, Any]) -> Instance:
    tasks: Mapping[str, Any] = allocation.get("TaskStates") or {}
    return Instance(
        id=allocation["ID"],
        status=allocation["ClientStatus"],
        healthy=(allocation.get("DeploymentStatus") or {}).get("Healthy"),
        job_number=allocation.get("JobVersion", 0),
        events={
            name: [event["DisplayMessage"] for event in state.get("Events") or []] for name, state in tasks.items()
        },
        failed_task=next((name for name, state in tasks.items() if state.get("Failed")), ""),
        changed=allocation["ModifyIndex"],
    )


@dataclass(frozen=True)
class Route:
    """An address outside, as the ingress knows it."""

    environment: str
    service: str
    host: str
    path: str

    def url(self, scheme: str, port: int) -> str:
        """As a browser wants it."""
        usual = {"http": 80, "https": 443}.get(scheme)
        return f"{scheme}://{self.host}{'' if port == usual else f':{port}'}{self.path}"


def routes_of(pairs: Iterable[Mapping[str, Any]]) -> list[Route]:
    """Routes from the keys that the ingress reads, in its order; what is none is left out."""
    routes = []
    for pair in pairs:
        try:
            value = json.loads(base64.b64decode(pair["Value"] or ""))
            environment = value["environment"]
            service = value["service"].partition(f"--{environment}")[0]
            routes.append(Route(environment, service, value["host"], value["path"]))
        except (ValueError, KeyError, TypeError):
            continue
    return routes


def placement_problems(evaluation: Mapping[str, Any]) -> list[str]:
    """Why an evaluation found no place for instances: exhausted resources, and constraints that no node fulfils."""
    problems: list[str] = []
    for failure in (evaluation.get("FailedTGAllocs") or {}).values():
        for what, nodes in (failure.get("DimensionExhausted") or {}).items():
            problems.append(f"{what} is exhausted on {nodes} node{'s' if nodes != 1 else ''}")
        for what, nodes in (failure.get("ConstraintFiltered") or {}).items():
            problems.append(f"{what} rules out {nodes} node{'s' if nodes != 1 else ''}")
        if not problems:
            problems.append("no node could take it")
    return problems
