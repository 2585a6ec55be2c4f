"""What runs a service's pods: Deployments, a Job or a CronJob (pure)."""

from collections.abc import Mapping
from math import ceil
from typing import Any

from foxden.naming import digest
from foxden.schedulers.kubernetes.options import KubernetesOptions
from foxden.schedulers.kubernetes.pod import in_set
from foxden.schedulers.kubernetes.units import CANARY, MAIN, metadata, pods_of, seconds, versioned
from foxden.service.spec import ReleaseStrategy, ServiceSpec

LONGEST = 24 * 3600
"""Seconds that a release may take at most, however many instances there are."""

_KEPT = 3
"""Old versions, and ends of jobs, that can still be looked at."""

_TRIES = 3
"""Starts of a job after one that failed; as on other schedulers."""


def healthy_deadline(spec: ServiceSpec) -> float:
    """Seconds that an instance has until it has stayed healthy for long enough."""
    return spec.health.grace + spec.release.min_healthy


def canaries(spec: ServiceSpec) -> int:
    """How many instances are in the set that gets a new version first."""
    if spec.release.strategy != ReleaseStrategy.CANARY:
        return 0
    return min(spec.release.canaries, fewest(spec))


def fewest(spec: ServiceSpec) -> int:
    """How many instances there are at least."""
    return spec.autoscaling.minimum if spec.autoscaling else spec.replicas


def most(spec: ServiceSpec) -> int:
    """How many instances there are at most."""
    return spec.autoscaling.maximum if spec.autoscaling else spec.replicas


def main_set(spec: ServiceSpec, template: Mapping[str, Any]) -> str:
    """What the set of all instances but canaries is called: after what it runs, where a new one is to be beside it."""
    return digest(template) if spec.release.strategy == ReleaseStrategy.BLUE_GREEN else MAIN


def main_deployment(spec: ServiceSpec, environment: str, template: Mapping[str, Any]) -> dict[str, Any]:
    """The Deployment of all instances but canaries."""
    name = main_set(spec, template)
    # How many there are, the load decides: no number is ours then.
    number = None if spec.autoscaling else spec.replicas - canaries(spec)
    return _deployment(spec, environment, in_set(template, name), "" if name == MAIN else name, name, number)


def canary_deployment(spec: ServiceSpec, environment: str, template: Mapping[str, Any]) -> dict[str, Any]:
    """The Deployment of the instances that get a new version first; they count among all."""
    return _deployment(spec, environment, in_set(template, CANARY), CANARY, CANARY, canaries(spec))


def _deployment(
    spec: ServiceSpec, environment: str, template: Mapping[str, Any], part: str, name: str, number: int | None
) -> dict[str, Any]:
    release = spec.release
    # As many as the load may have made: each is replaced.
    replaced = most(spec) - canaries(spec) if number is None else number
    annotations = {
        "foxden/version": spec.version,
        "foxden/auto-revert": str(release.auto_revert).lower(),
        "pulumi.com/timeoutSeconds": str(longest_release(spec, replaced)),
    }
    replicas = {} if number is None else {"replicas": number}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _versioned(spec, environment, part, annotations),
        "spec": {
            **replicas,
            "selector": {"matchLabels": pods_of(spec, name)},
            "template": template,
            # An old instance goes when a new one has been well for long enough, never before.
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": release.max_parallel, "maxUnavailable": 0},
            },
            **({"minReadySeconds": seconds(release.min_healthy)} if release.min_healthy else {}),
            "progressDeadlineSeconds": seconds(release.deadline),
            "revisionHistoryLimit": _KEPT,
        },
    }


def longest_release(spec: ServiceSpec, number: int) -> int:
    """Seconds after which a release has failed: a step may take up to the deadline, the others what they need."""
    steps = max(1, ceil(number / spec.release.max_parallel))
    return min(LONGEST, seconds(spec.release.deadline + (steps - 1) * healthy_deadline(spec)))


def job(spec: ServiceSpec, environment: str, template: Mapping[str, Any], options: KubernetesOptions) -> dict[str, Any]:
    """The Job; it is another one, and runs again, whenever anything of it is another."""
    wait = {"pulumi.com/timeoutSeconds": str(options.job_wait)}
    annotations = wait if options.job_wait else {"pulumi.com/skipAwait": "true"}
    whole = {**_run(spec, template), "completions": spec.replicas, "parallelism": spec.replicas}
    part = digest(whole)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": _versioned(spec, environment, part, {"foxden/version": spec.version, **annotations}),
        "spec": whole,
    }


def cron_job(spec: ServiceSpec, environment: str, template: Mapping[str, Any]) -> dict[str, Any]:
    """The CronJob; it never runs twice at once."""
    whole = {**_run(spec, template), "completions": spec.replicas, "parallelism": spec.replicas}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": _versioned(spec, environment, "", {"foxden/version": spec.version}),
        "spec": {
            "schedule": spec.schedule,
            "timeZone": "Etc/UTC" if spec.timezone == "UTC" else spec.timezone,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 300,
            "successfulJobsHistoryLimit": _KEPT,
            "failedJobsHistoryLimit": _KEPT,
            "jobTemplate": {"metadata": {"labels": dict(template["metadata"]["labels"])}, "spec": whole},
        },
    }


def _run(spec: ServiceSpec, template: Mapping[str, Any]) -> dict[str, Any]:
    return {"backoffLimit": _TRIES * max(1, spec.replicas), "template": dict(template)}


def _versioned(spec: ServiceSpec, environment: str, part: str, annotations: Mapping[str, str]) -> dict[str, Any]:
    return {**metadata(spec, environment, part, annotations), "labels": versioned(spec, environment)}
