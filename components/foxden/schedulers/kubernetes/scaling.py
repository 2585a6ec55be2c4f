"""How many instances there are when the load changes, and how many may go at once when a node does (pure)."""

from typing import Any

from foxden.schedulers.kubernetes.units import metadata, pods_of
from foxden.schedulers.kubernetes.workload import canaries, fewest
from foxden.service.spec import ServiceSpec

_CALM = 300
"""Seconds of less load after which there are fewer instances."""


def autoscaler(spec: ServiceSpec, environment: str) -> dict[str, Any]:
    """The HorizontalPodAutoscaler of the instances that are no canaries."""
    if spec.autoscaling is None:
        raise ValueError(f"{spec.subject} has a fixed number of instances")
    bounds, apart = spec.autoscaling, canaries(spec)
    least = max(1, bounds.minimum - apart)
    target = {"type": "Utilization", "averageUtilization": bounds.cpu_percent}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(spec, environment),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": spec.name},
            "minReplicas": least,
            "maxReplicas": max(least, bounds.maximum - apart),
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": _CALM}},
        },
    }


def is_budgeted(spec: ServiceSpec) -> bool:
    """Whether some instances can go while others serve."""
    return fewest(spec) > 1


def budget(spec: ServiceSpec, environment: str) -> dict[str, Any]:
    """The PodDisruptionBudget: one instance at a time leaves a node that is emptied."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(spec, environment),
        "spec": {
            "maxUnavailable": 1,
            "selector": {"matchLabels": pods_of(spec)},
            # An instance that isn't well keeps nobody from emptying its node.
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    }
