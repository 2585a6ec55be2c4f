"""The local environment on Kubernetes."""

from typing import cast

from local.agents.progress import Progress
from local.artifacts.containers import build_images
from local.commands.backends import Backend, Questions
from local.commands.kubernetes_api import Kubernetes, refusal
from local.errors import LocalError
from local.kubernetes.containers import Containers
from local.kubernetes.health import health, running
from local.kubernetes.plan import load_plan
from local.kubernetes.start import start
from local.kubernetes.stop import stop


def _artifacts(questions: Questions, progress: Progress) -> None:
    plan = load_plan()
    if plan is None:
        raise LocalError("the cluster is gone: run 'make up' again")
    build_images(Containers(plan), cast(Kubernetes, questions).images, progress.step)


BACKEND = Backend(
    is_new=lambda: load_plan() is None,
    start=lambda report, context: start(report),
    stop=stop,
    running=running,
    health=health,
    questions=Kubernetes,
    artifacts=_artifacts,
    refusal=refusal,
)
