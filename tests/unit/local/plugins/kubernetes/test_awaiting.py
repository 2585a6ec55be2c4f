"""Waiting for an object that was just written: what was said of another version before is no news."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from local.plugins.kubernetes.awaiting import NotReady, until_ready
from local.plugins.kubernetes.cluster import Cluster
from local.plugins.kubernetes.kinds import Kind

DEPLOYMENT = Kind("apps/v1", "Deployment")
SERVED = Kind("apiregistration.k8s.io/v1", "APIService")
LATE = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "old", "at": 1}
COMPLETE = {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}
WHOLE = {"replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}


def deployment(condition: dict[str, Any], deadline: int = 600, **status: int) -> dict[str, Any]:
    return {
        "metadata": {"name": "web", "namespace": "local", "generation": 2},
        "spec": {"replicas": 1, "progressDeadlineSeconds": deadline},
        "status": {"observedGeneration": 2, "conditions": [condition], **status},
    }


def cluster(*answers: dict[str, Any]) -> Cluster:
    """It says these, one after another, when it is asked for the object, and knows of no other."""
    left: Iterator[dict[str, Any]] = iter(answers)
    fake = SimpleNamespace(
        http=SimpleNamespace(pause=lambda seconds: None),
        get=lambda *_: next(left),
        list=lambda *_, **__: [],
    )
    return cast(Cluster, fake)


def test_a_deadline_that_an_earlier_version_missed_is_no_reason() -> None:
    well = deployment(COMPLETE, **WHOLE)
    assert until_ready(cluster(deployment(LATE), well), DEPLOYMENT, deployment(LATE), 60) == well


def test_one_that_is_missed_again_is() -> None:
    again = deployment({**LATE, "message": "new", "at": 2})
    with pytest.raises(NotReady, match=r"\[ProgressDeadlineExceeded\] new"):
        until_ready(cluster(deployment(LATE), again), DEPLOYMENT, deployment(LATE), 60)


def test_what_was_said_before_counts_when_the_time_to_get_on_is_over() -> None:
    with pytest.raises(NotReady, match=r"\[ProgressDeadlineExceeded\] old"):
        until_ready(cluster(), DEPLOYMENT, deployment(LATE, deadline=0), 60)


def served(*conditions: dict[str, str]) -> dict[str, Any]:
    metadata = {"name": "v1.x", "generation": 1, "annotations": {"pulumi.com/waitFor": "condition=Available"}}
    return {"metadata": metadata, "spec": {}, "status": {"conditions": list(conditions)}}


def test_a_condition_is_waited_for_where_the_program_says_so() -> None:
    well = served({"type": "Available", "status": "True"})
    assert until_ready(cluster(served(), well), SERVED, served(), 60) == well
    closed = served({"type": "Available", "status": "False", "reason": "FailedDiscoveryCheck", "message": "no way"})
    with pytest.raises(NotReady, match=r"Available does not hold: \[FailedDiscoveryCheck\] no way"):
        until_ready(cluster(closed), SERVED, closed, -1)
