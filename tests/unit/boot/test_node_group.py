"""A node and its group of instances."""

import pytest

from foxden.boot import node
from foxden.boot.files.node import group
from foxden.boot.files.node.group import Group
from tests.unit.boot.fakes import FakeGroups, FakeMetadata, facts


def test_the_hooks_have_the_names_that_the_cloud_gives_them() -> None:
    assert (group.LAUNCH_HOOK, group.TERMINATE_HOOK) == (node.LAUNCH_HOOK, node.TERMINATE_HOOK)


@pytest.mark.parametrize("state", ["Pending:Wait", "Warmed:Pending:Wait"])
def test_a_new_node_says_once_that_it_can_work(state: str) -> None:
    client = FakeGroups(i_1=state)
    assert Group(facts(), FakeMetadata(), client).launched()
    assert client.calls == [
        (
            "complete_lifecycle_action",
            {
                "LifecycleActionResult": "CONTINUE",
                "AutoScalingGroupName": "group",
                "LifecycleHookName": "foxden-launch",
                "InstanceId": "i-1",
            },
        )
    ]


@pytest.mark.parametrize(("state", "done"), [("Pending", False), ("Pending:Proceed", False), ("InService", True)])
def test_it_says_nothing_before_its_hook_waits_and_nothing_after(state: str, done: bool) -> None:
    client = FakeGroups(i_1=state)
    assert Group(facts(), FakeMetadata(), client).launched() is done
    assert client.calls == []


def test_a_node_of_no_group_has_nothing_to_say() -> None:
    client = FakeGroups()
    alone = Group(facts(), FakeMetadata(), client)
    assert alone.launched() and alone.left() and alone.in_service() == ([], False)
    alone.heartbeat()
    assert client.calls == []


def test_a_node_that_goes_asks_for_time_and_then_says_so() -> None:
    client = FakeGroups(i_1="Terminating:Wait")
    leaving = Group(facts(), FakeMetadata(autoscaling_target_lifecycle_state="Terminated"), client)
    assert leaving.is_terminating()
    leaving.heartbeat()
    assert leaving.left()
    assert [action for action, _ in client.calls] == ["record_lifecycle_action_heartbeat", "complete_lifecycle_action"]
    assert {given["LifecycleHookName"] for _, given in client.calls} == {"foxden-terminate"}


@pytest.mark.parametrize("state", ["InService", "Terminating"])
def test_a_node_that_has_left_waits_for_the_hook_that_it_is_to_end(state: str) -> None:
    """Otherwise the group would wait for its word until the hook's time is over."""
    client = FakeGroups(i_1=state)
    leaving = Group(facts(), FakeMetadata(autoscaling_target_lifecycle_state="Terminated"), client)
    assert not leaving.left()
    client.states["i-1"] = "Terminating:Wait"
    assert leaving.left()
    assert [action for action, _ in client.calls] == ["complete_lifecycle_action"]


def test_what_the_cloud_takes_back_is_seen() -> None:
    def seen(**answers: str) -> tuple[bool, bool]:
        found = Group(facts(), FakeMetadata(**answers), FakeGroups())
        return found.is_taken(), found.is_at_risk()

    assert seen() == (False, False)
    assert seen(spot_instance_action="{}") == (True, False)
    assert seen(events_recommendations_rebalance="{}") == (False, True)


def test_a_node_that_is_kept_warm_is_told_from_one_that_works() -> None:
    def warming(state: str) -> bool:
        return Group(facts(), FakeMetadata(autoscaling_target_lifecycle_state=state), FakeGroups()).is_warming()

    assert warming("Warmed:Stopped")
    assert not warming("InService")


def test_only_what_works_is_in_service() -> None:
    client = FakeGroups(i_1="InService", i_2="Pending:Wait", i_3="Terminating:Wait", i_4="InService")
    assert Group(facts(), FakeMetadata(), client).in_service() == (["i-1", "i-4"], True)
    client = FakeGroups(i_1="InService", i_4="InService")
    assert Group(facts(), FakeMetadata(), client).in_service() == (["i-1", "i-4"], False)


def test_the_dead_are_spoken_for_and_nobody_else() -> None:
    client = FakeGroups(i_1="InService", i_2="Terminating:Wait", i_3="Terminating:Wait")
    Group(facts(), FakeMetadata(), client).speak_for(lambda instance: instance != "i-3")
    assert [given["InstanceId"] for _, given in client.calls] == ["i-2"]


def test_an_instance_is_replaced_at_once() -> None:
    client = FakeGroups(i_1="InService")
    Group(facts(), FakeMetadata(), client).replace("i-2")
    told = {"InstanceId": "i-2", "HealthStatus": "Unhealthy", "ShouldRespectGracePeriod": False}
    assert client.calls == [("set_instance_health", told)]


def test_a_node_that_is_not_in_service_yet_asks_for_no_time_to_go() -> None:
    client = FakeGroups(i_1="Pending:Wait")
    Group(facts(), FakeMetadata(), client).heartbeat()
    assert client.calls == []
