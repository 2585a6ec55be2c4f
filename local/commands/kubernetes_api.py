"""What the commands ask of Kubernetes. A question that goes unanswered has an empty answer."""

from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from foxden.schedulers.kubernetes.options import options_of
from foxden.schedulers.kubernetes.problems import environment_problem
from local.agents import Cluster
from local.commands.kubernetes_facts import (
    NAME,
    OURS,
    environments_of,
    images_of,
    jobs_of,
    labels,
    pods_of,
    routes_of,
    unfinished,
    unwell,
)
from local.commands.nomad_facts import Instance, Job, Route
from local.errors import LocalError
from local.kubernetes.api import Api, with_token
from local.plugins.errors import OperationError
from local.plugins.kubernetes.kubeconfig import access

_WORKLOADS = {"Deployment": "apps/v1", "DaemonSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1"}
INGRESS_SPACE = "foxden-ingress"


def refusal(env: str) -> str | None:
    """Why no environment can have that name; None where one can."""
    return environment_problem(env, options_of({}))


class Kubernetes:
    """The API of a running cluster."""

    streams: ClassVar[dict[str, str]] = {"all": "|"}
    no_route = "404 page not found"

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._api = _api(cluster)

    def answer(self) -> bool:
        """Whether the API is ready."""
        return self._api.text("/readyz") == "ok"

    def version(self) -> str:
        """What the API server says it is, like ``v1.34.4``."""
        return str((self._api.peek("/version") or {}).get("gitVersion") or "")

    def environments(self) -> list[str]:
        """The namespaces that environments have made."""
        return environments_of(self._api.items("/api/v1/namespaces", labelSelector=OURS))

    def jobs(self, env: str) -> list[Job]:
        """The services of an environment, by name. Single runs of a cron job are not listed on their own."""
        return jobs_of(self._workloads(env))

    def job(self, env: str, name: str) -> Job | None:
        """One service; None when there is none of that name."""
        return next((job for job in self.jobs(env) if job.name == name), None)

    def healthy(self, job: Job) -> int:
        """How many instances are ready."""
        return sum(bool(instance.healthy) for instance in self.instances(job.environment, job.name))

    def instances(self, env: str, name: str) -> list[Instance]:
        """All pods of a service, the youngest first."""
        return pods_of(self._api.items(f"/api/v1/namespaces/{quote(env)}/pods", labelSelector=f"{NAME}={name}"))

    def deployments(self, env: str) -> list[dict[str, Any]]:
        """None to be judged here: the provider waits for each, and says itself what is wrong with its pods."""
        return []

    def deployed_by(self, env: str, deployment: str) -> list[Instance]:
        """None, for there are no deployments."""
        return []

    def unwell(self, env: str) -> list[str]:
        """A line for each pod that can't start, or has ended."""
        return unwell(self._api.items(f"/api/v1/namespaces/{quote(env)}/pods", labelSelector=OURS))

    def unfinished(self, env: str) -> list[str]:
        """A line for each service with a Deployment that has not got through: which version keeps serving."""
        pods = self._api.items(f"/api/v1/namespaces/{quote(env)}/pods", labelSelector=OURS)
        return unfinished(self._workloads(env), pods)

    def unplaced(self, env: str, name: str) -> list[str]:
        """Nothing: the provider says that, too."""
        return []

    def routes(self) -> list[Route]:
        """Every route of the ingress."""
        return routes_of(self._api.items("/apis/networking.k8s.io/v1/ingresses", labelSelector=OURS))

    def ingress(self) -> Job | None:
        """The way in, if it is deployed."""
        return next(iter(self.jobs(INGRESS_SPACE)), None)

    def has_ingress(self) -> bool:
        """Whether the way in is deployed."""
        job = self.ingress()
        return job is not None and job.status == "running"

    def images(self) -> set[str]:
        """The images that pods are made of."""
        return images_of(self._api.items("/api/v1/pods"))

    def tail(self, env: str, instance: str, task: str, stream: str, lines: int) -> list[str]:
        """The last lines of a pod's log, in which both streams are one."""
        return self._api.text(_log(env, instance, lines)).splitlines()

    def follow(self, env: str, instance: str, task: str, stream: str, lines: int) -> Iterator[str]:
        """The last lines of a pod's log and all that follow, until the pod is gone."""
        return self._api.lines(_log(env, instance, lines, follow="true"))

    def _workloads(self, env: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for kind, version in _WORKLOADS.items():
            items = self._api.items(f"/apis/{version}/namespaces/{quote(env)}/{kind.lower()}s", labelSelector=OURS)
            # In a list, objects don't say of which kind they are.
            found += [{**item, "kind": kind} for item in items if not item["metadata"].get("ownerReferences")]
        return [item for item in found if labels(item).get(NAME)]


def _api(cluster: Cluster) -> Api:
    """As the connection says: by its token, or by a context of a kubeconfig. Raises LocalError."""
    if not cluster.options.get("context"):
        return with_token(cluster.address, cluster.token, cluster.ca)
    try:
        found = access(cluster.options["kubeconfig"], cluster.options["context"], "", "")
    except OperationError as error:
        raise LocalError(f"context '{cluster.options['context']}': {error}") from None
    return Api(found.address, found.headers, found.tls)


def _log(env: str, instance: str, lines: int, **more: str) -> str:
    query = urlencode({"tailLines": str(lines), **more})
    return f"/api/v1/namespaces/{quote(env)}/pods/{quote(instance)}/log?{query}"
