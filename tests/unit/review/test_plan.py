"""What a preview would do, from the engine's events."""

from typing import Any

import pytest

from review.plan import Plan, Planner
from review.stateful import loss

BEGIN = "urn:pulumi:dev::foxden::"
BUCKET = f"{BEGIN}foxden:index:Bucket$aws:s3/bucket:Bucket::dev-snapshots"
JOB = f"{BEGIN}foxden:index:Service$nomad:index/job:Job::pods"
COMPONENT = f"{BEGIN}foxden:index:Service::pods"


def step(operation: str, urn: str, **more: Any) -> dict[str, Any]:
    kind = urn.split("::")[2].rpartition("$")[2]
    return {"resourcePreEvent": {"metadata": {"op": operation, "urn": urn, "type": kind, **more}}}


def planned(*events: dict[str, Any]) -> Plan:
    planner = Planner()
    assert [line for event in events for line in planner.hear(event)] == []
    return planner.plan()


def told(plan: Plan) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(change.operation, change.name, change.because) for change in plan.changes]


def test_each_resource_is_told_once_with_what_makes_it_necessary() -> None:
    plan = planned(
        step("same", COMPONENT),
        step("create", COMPONENT),
        step("same", BUCKET.replace("snapshots", "logs")),
        step("read", BUCKET.replace("snapshots", "other")),
        step("update", JOB, diffs=["jobspec", "detach"]),
        step("create-replacement", BUCKET, keys=["bucket"], diffs=["bucket", "tags"]),
        step("replace", BUCKET, keys=["bucket"]),
        step("delete-replaced", BUCKET, old={"protect": True}),
        step("delete", JOB.replace("pods", "gone"), old={"protect": False}),
    )
    assert told(plan) == [
        ("update", "Job pods", ("detach", "jobspec")),
        ("replace", "Bucket dev-snapshots", ("bucket",)),
        ("delete", "Job gone", ()),
    ]
    assert plan.unchanged == 1
    assert [change.protected for change in plan.changes] == [False, True, False]


def test_what_is_lost_is_told_of_what_holds_something_alone() -> None:
    plan = planned(step("create", BUCKET), step("delete", JOB))
    assert list(plan.losses) == []
    plan = planned(step("delete", BUCKET), step("replace", JOB), step("update", BUCKET.replace("snapshots", "logs")))
    assert [(change.name, change.loss) for change in plan.losses] == [("Bucket dev-snapshots", "the objects in it")]


def test_errors_are_kept_with_what_failed_beside_them() -> None:
    planner = Planner()
    error = {"severity": "error", "message": "<{%fg 1%}>no such region<{%reset%}>", "urn": BUCKET}
    list(planner.hear({"diagnosticEvent": error}))
    assert planner.plan("it ended with 255").errors == ("Bucket dev-snapshots: no such region", "it ended with 255")


def test_what_a_preview_would_do_is_no_news() -> None:
    planner = Planner()
    assert list(planner.hear({"resOutputsEvent": {"metadata": {"op": "create", "urn": JOB}}})) == []
    assert list(planner.under_way.values()) == ["previewing"]


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        ("aws:s3/bucketV2:BucketV2", "the objects in it"),
        ("aws:s3/bucketPolicy:BucketPolicy", ""),
        ("aws:rds/cluster:Cluster", "the database"),
        ("aws:eks/cluster:Cluster", "all objects in it, and the address of its API"),
        ("kubernetes:core/v1:PersistentVolumeClaim", "the data on it"),
        ("kubernetes:apps/v1:Deployment", ""),
        ("nomad:index/csiVolume:CsiVolume", "the data on it"),
        ("nomad:index/job:Job", ""),
    ],
)
def test_what_is_lost_depends_on_the_type(kind: str, lost: str) -> None:
    assert loss(kind) == lost
