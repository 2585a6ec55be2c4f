"""When an object is what its kind promises."""

from typing import Any

import pytest

from local.plugins.kubernetes.readiness import RULES, conditional


def state(kind: str, spec: Any = None, status: Any = None, **top: Any) -> str:
    """``ready``, or what is said, with ``!`` before it when it has failed."""
    group, _, name = kind.rpartition("/")
    thing = {"metadata": {"generation": 2}, "spec": spec or {}, "status": status, **top}
    found = RULES[group, name](thing)
    return "ready" if found.ready else f"{'!' * found.failed}{found.text}"


def conditions(**statuses: Any) -> dict[str, Any]:
    return {
        "conditions": [
            {"type": kind, "status": value, "reason": "R", "message": "m"} for kind, value in statuses.items()
        ]
    }


SEEN: dict[str, Any] = {"observedGeneration": 2}


@pytest.mark.parametrize(
    ("spec", "status", "said"),
    [
        ({}, None, "waiting for the rollout to begin"),
        ({}, {"observedGeneration": 1, "replicas": 1}, "waiting for the rollout to begin"),
        ({"replicas": 2}, {**SEEN, "updatedReplicas": 1}, "1 of 2 replicas are of the new version"),
        ({}, {**SEEN, "replicas": 3, "updatedReplicas": 1}, "2 old replicas are on their way out"),
        ({}, {**SEEN, "replicas": 1, "updatedReplicas": 1}, "0 of 1 replicas are available"),
        ({}, {**SEEN, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}, "ready"),
        ({"replicas": 0}, SEEN, "ready"),
        ({"paused": True}, None, "ready"),
    ],
)
def test_deployment(spec: dict[str, Any], status: dict[str, Any], said: str) -> None:
    assert state("apps/Deployment", spec, status) == said


@pytest.mark.parametrize(
    ("deadline", "reason", "said"),
    [
        (600, "ReplicaSetUpdated", "waiting for the controller to say that the rollout is complete"),
        (600, "NewReplicaSetAvailable", "ready"),
        (2**31 - 1, "ReplicaSetUpdated", "ready"),
    ],
)
def test_a_deployment_is_complete_when_its_controller_says_so(deadline: int, reason: str, said: str) -> None:
    status = {**SEEN, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}
    status["conditions"] = [{"type": "Progressing", "status": "True", "reason": reason}]
    assert state("apps/Deployment", {"progressDeadlineSeconds": deadline}, status) == said


def test_a_deployment_fails_at_its_deadline() -> None:
    late = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "too late"}
    said = state("apps/Deployment", {}, {**SEEN, "conditions": [late]})
    assert said == "![ProgressDeadlineExceeded] too late"


@pytest.mark.parametrize(
    ("strategy", "status", "said"),
    [
        ({}, None, "waiting for the rollout to begin"),
        ({}, SEEN, "0 of 2 replicas are ready"),
        ({}, {"readyReplicas": 2, "updateRevision": "b", "currentRevision": "b"}, "ready"),
        (
            {},
            {"readyReplicas": 2, "updateRevision": "b", "updatedReplicas": 1},
            "1 of 2 replicas are of the new version",
        ),
        (
            {},
            {"readyReplicas": 2, "updateRevision": "b", "updatedReplicas": 2},
            "waiting for the rollout to be complete",
        ),
        ({"type": "OnDelete"}, {"readyReplicas": 2, "updateRevision": "b"}, "ready"),
        (
            {"rollingUpdate": {"partition": 1}},
            {"readyReplicas": 2, "updateRevision": "b", "updatedReplicas": 1},
            "ready",
        ),
    ],
)
def test_stateful_set(strategy: dict[str, Any], status: dict[str, Any] | None, said: str) -> None:
    now = {**SEEN, **status} if status else None
    assert state("apps/StatefulSet", {"replicas": 2, "updateStrategy": strategy}, now) == said


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ({}, "waiting for the rollout to begin"),
        ({**SEEN, "desiredNumberScheduled": 2, "updatedNumberScheduled": 1}, "1 of 2 pods are of the new version"),
        ({**SEEN, "desiredNumberScheduled": 1, "updatedNumberScheduled": 1}, "0 of 1 pods are available"),
        ({**SEEN, "desiredNumberScheduled": 1, "updatedNumberScheduled": 1, "numberAvailable": 1}, "ready"),
        ({**SEEN, "desiredNumberScheduled": 0}, "ready"),
    ],
)
def test_daemon_set(status: dict[str, Any], said: str) -> None:
    assert state("apps/DaemonSet", {}, status) == said
    assert state("apps/DaemonSet", {"updateStrategy": {"type": "OnDelete"}}, status) == "ready"


@pytest.mark.parametrize(
    ("kind", "spec", "status", "said"),
    [
        ("apps/ReplicaSet", {"replicas": 2}, {**SEEN, "availableReplicas": 1}, "1 of 2 replicas are available"),
        ("apps/ReplicaSet", {"replicas": 1}, {**SEEN, "availableReplicas": 1}, "ready"),
        ("/ReplicationController", {"replicas": 1}, None, "0 of 1 replicas are available"),
        ("batch/Job", {"completions": 3}, {"succeeded": 1}, "1 of 3 runs are complete"),
        ("batch/Job", {}, conditions(Complete="True"), "ready"),
        ("batch/Job", {}, conditions(Failed="True"), "![R] m"),
        ("batch/Job", {"suspend": True}, None, "ready"),
        ("/Pod", {}, None, "the pod is not ready (Pending)"),
        ("/Pod", {}, {"phase": "Running", **conditions(Ready="True")}, "ready"),
        ("/Pod", {}, {"phase": "Succeeded"}, "ready"),
        ("/Pod", {}, {"phase": "Failed", "reason": "Evicted"}, "!the pod has failed: Evicted"),
        ("/PersistentVolume", {}, {"phase": "Available"}, "ready"),
        ("/PersistentVolume", {}, {"phase": "Pending"}, "the volume is Pending"),
        ("/PersistentVolume", {}, {"phase": "Failed"}, "!the volume has failed"),
        ("/ResourceQuota", {"hard": {"pods": "1"}}, {"hard": {"pods": "1"}}, "ready"),
        ("/ResourceQuota", {"hard": {"pods": "1"}}, None, "the limits are not in force yet"),
        ("/ResourceQuota", {}, {}, "the limits are not in force yet"),
        ("apiextensions.k8s.io/CustomResourceDefinition", {}, conditions(Established="True"), "ready"),
        ("apiextensions.k8s.io/CustomResourceDefinition", {}, None, "the kind is not served yet"),
        ("apiextensions.k8s.io/CustomResourceDefinition", {}, conditions(NamesAccepted="False"), "!m"),
    ],
)
def test_others(kind: str, spec: dict[str, Any], status: dict[str, Any] | None, said: str) -> None:
    assert state(kind, spec, status) == said


def test_a_secret_is_waited_for_only_where_the_cluster_makes_it() -> None:
    token = {"type": "kubernetes.io/service-account-token"}
    assert state("/Secret") == "ready"
    assert state("/Secret", **token) == "waiting for the token"
    assert state("/Secret", **token, data={"token": "dA=="}) == "ready"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (None, "its condition Available does not hold"),
        (conditions(Available="False"), "its condition Available does not hold: [R] m"),
        (conditions(Available="True"), ""),
    ],
)
def test_a_condition_that_the_program_names(status: dict[str, Any] | None, said: str) -> None:
    found = conditional({"metadata": {}, "status": status}, "Available")
    assert (found.text, found.ready, found.failed) == (said, not said, False)
