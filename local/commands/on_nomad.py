"""The local environment on Nomad and Consul."""

import time
from collections.abc import Callable
from typing import cast

from local import agents
from local.agents import Cluster
from local.agents.plan import load_plan
from local.agents.progress import Progress
from local.artifacts import build
from local.artifacts.engine import Engine, find_engine
from local.commands import environments
from local.commands.backends import Backend, Questions
from local.commands.nomad_api import Servers

_DRIVER_WITHIN = 5.0


def _start(report: Callable[[str], None], context: str) -> Cluster:
    return agents.start(environments.shape(), report)


def _artifacts(questions: Questions, progress: Progress) -> None:
    servers = cast(Servers, questions)
    engine = find_engine(progress.step)
    if engine and not _sees(servers, engine):
        progress.step("services run as commands: Nomad does not see the Docker engine")
        engine = None
    build(servers.cluster.interpreter, engine, servers.all_jobs, progress.step)


def _sees(servers: Servers, engine: Engine) -> bool:
    deadline = time.monotonic() + _DRIVER_WITHIN
    while not servers.has_driver("docker"):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


BACKEND = Backend(
    is_new=lambda: load_plan() is None,
    start=_start,
    stop=agents.stop,
    running=agents.running,
    health=agents.health,
    questions=Servers,
    artifacts=_artifacts,
)
