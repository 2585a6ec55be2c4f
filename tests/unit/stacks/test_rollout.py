"""Whether an environment's machines are those that were asked for, as AWS would say it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pulumi
import pytest

from stacks import rollout
from stacks.rollout import UNDER_WAY, Rollout, judge, look, until_settled

WANTED = {"lt-servers": "2", "lt-pool": "7"}


def machines(template: str, *versions: str, state: str = "InService") -> list[dict[str, Any]]:
    """Machines of these versions of a launch template."""
    made = {"LifecycleState": state}
    return [{**made, "LaunchTemplate": {"LaunchTemplateId": template, "Version": version}} for version in versions]


def group(name: str, template: str, instances: Sequence[Mapping[str, Any]], mixed: bool = False) -> dict[str, Any]:
    """An auto scaling group as AWS describes it."""
    found: dict[str, Any] = {"LaunchTemplateId": template, "Version": "1"}
    launch: dict[str, Any] = {"LaunchTemplate": found}
    if mixed:
        launch = {"MixedInstancesPolicy": {"LaunchTemplate": {"LaunchTemplateSpecification": found}}}
    return {"AutoScalingGroupName": name, "Instances": list(instances), **launch}


SERVERS = group("dev-servers", "lt-servers", machines("lt-servers", "2", "1", "1"))


def refresh(status: str, **more: Any) -> dict[str, Any]:
    """An instance refresh."""
    return {"Status": status, **more}


def test_all_is_as_it_was_asked_for() -> None:
    groups = [
        group("dev-servers", "lt-servers", machines("lt-servers", "2", "2", "2")),
        group("dev-pool", "lt-pool", machines("lt-pool", "7"), mixed=True),
        group("dev-empty", "lt-pool", []),
    ]
    assert judge(groups, {"dev-servers": [refresh("Successful")]}, WANTED) == Rollout()


@pytest.mark.parametrize("status", sorted(UNDER_WAY))
def test_a_refresh_that_is_under_way_is_waited_for(status: str) -> None:
    found = judge([SERVERS], {"dev-servers": [refresh(status, PercentageComplete=33), refresh("Failed")]}, WANTED)
    assert found == Rollout(waiting=(f"dev-servers: {status}, 33 % replaced",))


@pytest.mark.parametrize(
    ("refreshes", "why"),
    [
        ([refresh("Failed", StatusReason="hook timed out")], "the instance refresh ended as Failed: hook timed out"),
        ([refresh("RollbackSuccessful")], "the instance refresh ended as RollbackSuccessful"),
        ([], "no instance refresh was started"),
    ],
)
def test_old_machines_with_nothing_under_way_are_told_with_the_reason(refreshes: Any, why: str) -> None:
    found = judge([SERVERS], {"dev-servers": refreshes}, WANTED)
    assert found == Rollout(failed=(f"dev-servers: 2 of 3 machines are not of version 2 of lt-servers: {why}",))


def test_a_group_that_was_turned_back_is_held_against_what_was_asked_for() -> None:
    """Amazon gives the group its old version again; what it says of itself is not what was asked."""
    back = group("dev-pool", "lt-pool", machines("lt-pool", "6"), mixed=True)
    assert judge([back], {"dev-pool": [refresh("RollbackSuccessful")]}, WANTED).failed


def test_machines_that_go_and_groups_of_others_do_not_count() -> None:
    leaving = machines("lt-servers", "1", state="Terminating:Wait")
    groups = [
        group("dev-servers", "lt-servers", [*machines("lt-servers", "2"), *leaving]),
        group("dev-foreign", "lt-foreign", machines("lt-foreign", "1")),
    ]
    assert judge(groups, {}, WANTED) == Rollout()


def test_what_was_repaired_by_hand_counts_and_not_how() -> None:
    repaired = group("dev-pool", "lt-pool", machines("lt-pool", "7"))
    assert judge([repaired], {"dev-pool": [refresh("Cancelled")]}, WANTED) == Rollout()


Look = tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]
"""Groups, and the refreshes of each."""


class Client:
    """Auto scaling, as it is at one look after the other; the last one stays."""

    def __init__(self, *looks: Look) -> None:
        self._looks = list(looks)
        self.asked: list[Any] = []

    def get_paginator(self, name: str) -> "Client":
        """One page for each group."""
        assert name == "describe_auto_scaling_groups"
        return self

    def paginate(self, Filters: Any) -> Iterator[dict[str, Any]]:
        """The groups of a cluster."""
        self.asked.append(Filters)
        self._now = self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]
        return iter([{"AutoScalingGroups": [each]} for each in self._now[0]])

    def describe_instance_refreshes(self, AutoScalingGroupName: str, MaxRecords: int) -> dict[str, Any]:
        """The latest one."""
        assert MaxRecords == 1
        return {"InstanceRefreshes": self._now[1]}


DONE = group("dev-servers", "lt-servers", machines("lt-servers", "2", "2", "2"))
AT_WORK = ([SERVERS], [refresh("InProgress", PercentageComplete=33)])


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What people are told."""
    lines: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lines.append)
    return lines


def test_it_asks_for_the_groups_of_its_cluster_alone() -> None:
    client = Client(([DONE], []))
    assert look(client, "dev", WANTED) == Rollout()
    assert client.asked == [[{"Name": "tag:foxden:cluster", "Values": ["dev"]}]]


def test_it_waits_and_says_how_far_it_is_once(said: list[str]) -> None:
    client = Client(AT_WORK, AT_WORK, ([DONE], [refresh("Successful")]))
    asyncio.run(until_settled(client, "dev", WANTED, every=0))
    assert said == ["dev-servers: InProgress, 33 % replaced"]


def test_it_fails_with_the_reason_that_amazon_gives(said: list[str]) -> None:
    client = Client(AT_WORK, ([SERVERS], [refresh("Failed", StatusReason="a hook was abandoned")]))
    with pytest.raises(pulumi.RunError) as caught:
        asyncio.run(until_settled(client, "dev", WANTED, every=0))
    assert str(caught.value).splitlines() == [
        "not all machines are those that were asked for:",
        "dev-servers: 2 of 3 machines are not of version 2 of lt-servers: "
        "the instance refresh ended as Failed: a hook was abandoned",
    ]


def test_what_is_listed_late_is_no_failure(said: list[str]) -> None:
    late = ([SERVERS], [refresh("Successful")])
    asyncio.run(until_settled(Client(late, ([DONE], [refresh("Successful")])), "dev", WANTED, every=0))


def test_the_client_has_the_identity_and_the_region_of_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    client = rollout.client_of("eu-central-1")
    assert client.meta.region_name == "eu-central-1"
    assert client.meta.service_model.service_name == "autoscaling"
