"""What the local environment runs on: a table of ways, each with the same questions and the same commands."""

import importlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from local.agents import Cluster
from local.agents.progress import Progress
from local.commands.nomad_facts import Instance, Job, Route
from local.errors import LocalError
from local.paths import cluster_file
from local.toolchain.sets import CONTEXT, DEFAULT


class Questions(Protocol):
    """What the commands ask of a running cluster. A question that goes unanswered has an empty answer."""

    cluster: Cluster

    @property
    def streams(self) -> Mapping[str, str]:
        """The streams of an instance's log -> what stands between the instance and a line."""

    @property
    def no_route(self) -> str:
        """What the ingress's answer begins with where no route leads to a service."""

    def answer(self) -> bool:
        """Whether it can do something."""

    def environments(self) -> list[str]:
        """The environments that are on it."""

    def jobs(self, env: str) -> list[Job]:
        """The services of an environment, by name."""

    def job(self, env: str, name: str) -> Job | None:
        """One service."""

    def healthy(self, job: Job) -> int:
        """How many instances are well."""

    def instances(self, env: str, name: str) -> list[Instance]:
        """All instances of a service, the latest change first."""

    def deployments(self, env: str) -> list[dict[str, Any]]:
        """All deployments in an environment that are to be judged here, the latest first."""

    def deployed_by(self, env: str, deployment: str) -> list[Instance]:
        """The instances of a deployment."""

    def unwell(self, env: str) -> list[str]:
        """A line for each instance that does not get well, where no deployment knows of it."""

    def unfinished(self, env: str) -> list[str]:
        """A line for each service that is not wholly of its new version: which one keeps serving. As above."""

    def unplaced(self, env: str, name: str) -> list[str]:
        """Why there is no place for a service's instances."""

    def routes(self) -> list[Route]:
        """Every route of the ingress."""

    def ingress(self) -> Job | None:
        """The way in, if it is deployed."""

    def has_ingress(self) -> bool:
        """Whether the way in is deployed, and works."""

    def tail(self, env: str, instance: str, task: str, stream: str, lines: int) -> list[str]:
        """The last lines of a log."""

    def follow(self, env: str, instance: str, task: str, stream: str, lines: int) -> Iterator[str]:
        """The last lines of a log, and all that follow."""


class Health(Protocol):
    """How a cluster is."""

    def problems(self) -> list[str]:
        """What is wrong, in words for the user."""

    def rows(self) -> Sequence[Sequence[str]]:
        """Node, agent, how it is, and its process."""


@dataclass(frozen=True)
class Backend:
    """One way."""

    is_new: Callable[[], bool]
    """Whether no cluster has been started."""
    start: Callable[[Callable[[str], None], str], Cluster]
    """Have the cluster run, and wait until it is healthy; the text names a kubeconfig's context, where that counts."""
    stop: Callable[[Callable[[str], None]], bool]
    """Take it away; False when there was none."""
    running: Callable[[], Cluster | None]
    """The cluster, when it has been started and is supervised."""
    health: Callable[[], Health | None]
    questions: Callable[[Cluster], Questions]
    artifacts: Callable[[Questions, Progress], None]
    """Build what runs."""
    admit: Callable[[Questions, str], None] = lambda servers, env: None
    """Before an environment is deployed: raise LocalError where that can't be, so that nothing is changed."""
    refusal: Callable[[str], str | None] = lambda env: None
    """Why no environment can have a name there; None where one can."""
    outlasts: bool = False
    """Whether the cluster goes on when it is taken away here, with all that was not taken away before."""


BACKENDS = {
    "nomad": "local.commands.on_nomad",
    "kubernetes": "local.commands.on_kubernetes",
    CONTEXT: "local.commands.on_context",
}
"""Scheduler, or that a Kubernetes is there already -> the module that has ``BACKEND``."""


STARTED = ("nomad", "kubernetes")
"""Those whose cluster is made here."""


def backend(scheduler: str) -> Backend:
    """One of the ways; its module is imported now, not before."""
    if scheduler not in BACKENDS:
        raise LocalError(f"the scheduler must be one of {', '.join(BACKENDS)}, got {scheduler!r}")
    return cast(Backend, importlib.import_module(BACKENDS[scheduler]).BACKEND)


def in_use() -> str | None:
    """The way of the cluster that has been started here; None where none has."""
    try:
        return _way(json.loads(cluster_file().read_text()))
    except (OSError, ValueError, KeyError, TypeError):
        return next((name for name in STARTED if not backend(name).is_new()), None)


def _way(facts: Mapping[str, Any]) -> str:
    return CONTEXT if facts["options"].get("context") else str(facts["scheduler"])


def current() -> Backend:
    """The way of the cluster that has been started here, else the usual one."""
    return backend(in_use() or DEFAULT)


def questions(cluster: Cluster) -> Questions:
    """What can be asked of a cluster."""
    return backend(_way(vars(cluster))).questions(cluster)
