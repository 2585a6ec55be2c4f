"""What the commands understand of the answers of Kubernetes (pure)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local.commands.nomad_facts import Instance, Job, Route

NAME, PART_OF, MANAGED_BY = (f"app.kubernetes.io/{key}" for key in ("name", "part-of", "managed-by"))
OURS = f"{MANAGED_BY}=foxden"
VERSION = "foxden/version"
_TASK = "main"
_STATUS = {"Running": "running", "Pending": "pending", "Succeeded": "complete", "Failed": "failed"}
_ENDING = {"Job": "batch", "CronJob": "batch"}


@dataclass(frozen=True)
class Pod(Instance):
    """A pod of a service."""

    @property
    def short(self) -> str:
        """The part of its name that is its own."""
        return self.id.rpartition("-")[2]


def environments_of(namespaces: Iterable[Mapping[str, Any]]) -> list[str]:
    """The namespaces that are an environment each."""
    named = ((space["metadata"]["name"], labels(space)) for space in namespaces)
    return sorted(name for name, found in named if found.get(PART_OF) == name)


def jobs_of(workloads: Iterable[Mapping[str, Any]]) -> list[Job]:
    """The services that Deployments, DaemonSets, Jobs and CronJobs run, by name; several sets of one are one service.

    The newest set says which version it is, for the others are on their way out.
    """
    found: dict[str, list[Mapping[str, Any]]] = {}
    for workload in workloads:
        found.setdefault(labels(workload).get(NAME, workload["metadata"]["name"]), []).append(workload)
    return [_job(name, sets) for name, sets in sorted(found.items())]


def _job(name: str, sets: list[Mapping[str, Any]]) -> Job:
    newest = max(sets, key=lambda one: (str(one["metadata"].get("creationTimestamp", "")), one["metadata"]["name"]))
    kind = _ENDING.get(newest["kind"], "service")
    return Job(
        environment=newest["metadata"]["namespace"],
        name=name,
        version=_version(newest),
        number=int(newest["metadata"].get("generation", 0)),
        kind=kind,
        status=_status(newest),
        wanted=sum(map(_wanted, sets)) if kind == "service" else 0,
        discovery_name="",
        task=_TASK,
    )


def _version(workload: Mapping[str, Any]) -> str:
    spec = workload["spec"]
    template = (spec.get("jobTemplate") or {}).get("spec", spec).get("template") or {}
    return str((template.get("metadata", {}).get("annotations") or {}).get(VERSION, "-"))


def _wanted(workload: Mapping[str, Any]) -> int:
    if workload["kind"] == "DaemonSet":
        return int((workload.get("status") or {}).get("desiredNumberScheduled", 0))
    return int(workload["spec"].get("replicas", 1))


def _status(workload: Mapping[str, Any]) -> str:
    status = workload.get("status") or {}
    if workload["kind"] == "CronJob":
        return "running"
    if workload["kind"] == "Job":
        ended = any(one["status"] == "True" for one in status.get("conditions") or [] if one["type"] in _ENDS)
        return "dead" if ended else "running"
    return "running" if status.get("readyReplicas") or status.get("numberReady") else "pending"


_ENDS = ("Complete", "Failed")


def pods_of(pods: Iterable[Mapping[str, Any]]) -> list[Instance]:
    """Instances from pods, the youngest first; those that are leaving are none."""
    staying = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
    ordered = sorted(staying, key=lambda pod: str(pod["metadata"].get("creationTimestamp", "")), reverse=True)
    return [_pod(pod) for pod in ordered]


def _pod(pod: Mapping[str, Any]) -> Pod:
    status = pod.get("status") or {}
    ready = any(one["type"] == "Ready" and one["status"] == "True" for one in status.get("conditions") or [])
    return Pod(
        id=pod["metadata"]["name"],
        status=_STATUS.get(status.get("phase", ""), "lost"),
        healthy=ready,
        job_number=0,
        events={},
        failed_task="",
        changed=int(pod["metadata"].get("resourceVersion", 0)),
    )


def routes_of(ingresses: Iterable[Mapping[str, Any]]) -> list[Route]:
    """Every route of the environments' Ingresses."""
    return [
        Route(
            ingress["metadata"]["namespace"],
            labels(ingress).get(NAME, ingress["metadata"]["name"]),
            rule.get("host", ""),
            path.get("path", "/"),
        )
        for ingress in ingresses
        for rule in ingress["spec"].get("rules") or []
        for path in (rule.get("http") or {}).get("paths") or []
    ]


def unwell(pods: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each pod that can't start, or has ended, with the reason."""
    lines = []
    for pod in pods:
        for status in (pod.get("status") or {}).get("containerStatuses") or []:
            waiting = (status.get("state") or {}).get("waiting") or {}
            if waiting.get("reason", _USUAL[0]) not in _USUAL:
                name, own = labels(pod).get(NAME, "-"), pod["metadata"]["name"].rpartition("-")[2]
                lines.append(f"{name} {own}: {waiting['reason']}: {waiting.get('message', 'no more is known')}")
    return lines


_USUAL = ("ContainerCreating", "PodInitializing")
"""Why a container waits that is just being made."""


def unfinished(workloads: Iterable[Mapping[str, Any]], pods: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each service with a Deployment that has not got through, and one for what keeps serving."""
    stuck = sorted({labels(one)[NAME] for one in workloads if one["kind"] == "Deployment" and not _is_through(one)})
    ready = [pod for pod, instance in ((pod, _pod(pod)) for pod in pods) if instance.healthy]
    lines: list[str] = []
    for service in stuck:
        versions = Counter(_own_version(pod) for pod in ready if labels(pod).get(NAME) == service)
        serving = [
            f"  version {version} keeps serving: {count} healthy instance{'s' if count > 1 else ''}"
            for version, count in sorted(versions.items())
        ]
        lines += ["", f"{service}: its new version is not through", *(serving or ["  no version of it serves"])]
    return lines


def _is_through(deployment: Mapping[str, Any]) -> bool:
    status, wanted = deployment.get("status") or {}, int(deployment["spec"].get("replicas", 1))
    return bool(status.get("updatedReplicas", 0) >= wanted and not status.get("unavailableReplicas"))


def _own_version(pod: Mapping[str, Any]) -> str:
    return str((pod["metadata"].get("annotations") or {}).get(VERSION, "-"))


def images_of(pods: Iterable[Mapping[str, Any]]) -> set[str]:
    """The images that pods are made of."""
    return {container["image"] for pod in pods for container in pod["spec"]["containers"]}


def labels(thing: Mapping[str, Any]) -> Mapping[str, str]:
    """An object's labels."""
    found: Mapping[str, str] = thing["metadata"].get("labels") or {}
    return found
