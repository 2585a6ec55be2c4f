"""The node's part in its group of instances: hooks, heartbeats, health."""

from collections.abc import Callable
from typing import Any

from .facts import Facts
from .imds import Metadata

LAUNCH_HOOK = "foxden-launch"
TERMINATE_HOOK = "foxden-terminate"


class Group:
    """The autoscaling group that the instance belongs to; for one that belongs to none, nothing is done."""

    def __init__(self, facts: Facts, metadata: Metadata, client: Any) -> None:
        self._instance = facts.instance
        self._metadata = metadata
        self._client = client

    def is_terminating(self) -> bool:
        """Whether the group has decided that this instance goes."""
        return self._metadata.read("autoscaling/target-lifecycle-state") == "Terminated"

    def is_warming(self) -> bool:
        """Whether this instance is only made ready, to be started another day."""
        return (self._metadata.read("autoscaling/target-lifecycle-state") or "").startswith("Warmed")

    def is_taken(self) -> bool:
        """Whether the cloud takes the instance back within two minutes."""
        return self._metadata.read("spot/instance-action") is not None

    def is_at_risk(self) -> bool:
        """Whether the cloud says that it may take the instance back soon."""
        return self._metadata.read("events/recommendations/rebalance") is not None

    def launched(self) -> bool:
        """Say that this node can do its work. True once there is nothing more to say."""
        return self._said(LAUNCH_HOOK, "Pending:Wait", ("Pending", "Pending:Proceed", "Warmed:Pending"))

    def left(self) -> bool:
        """Say that this node has handed over its work. True once there is nothing more to say."""
        # What the instance itself is told may be known here a moment later.
        return self._said(TERMINATE_HOOK, "Terminating:Wait", ("InService", "Terminating"))

    def _said(self, hook: str, waiting: str, soon: tuple[str, ...]) -> bool:
        found = self._found()
        if found and found["LifecycleState"].endswith(waiting):
            self._complete(found["AutoScalingGroupName"], hook, self._instance)
            return True
        return not (found and found["LifecycleState"] in soon)

    def _complete(self, group: str, hook: str, instance: str) -> None:
        named = {"AutoScalingGroupName": group, "LifecycleHookName": hook, "InstanceId": instance}
        self._client.complete_lifecycle_action(LifecycleActionResult="CONTINUE", **named)

    def heartbeat(self) -> None:
        """Ask for more time before the group goes on without this node's word."""
        found = self._found()
        if found and found["LifecycleState"].endswith("Terminating:Wait"):
            named = {"AutoScalingGroupName": found["AutoScalingGroupName"], "LifecycleHookName": TERMINATE_HOOK}
            self._client.record_lifecycle_action_heartbeat(InstanceId=self._instance, **named)

    def in_service(self) -> tuple[list[str], bool]:
        """The instances of the group that do their work as far as it knows, and whether others come or go."""
        _, instances = self._all()
        working = [
            str(each["InstanceId"])
            for each in instances
            if each["LifecycleState"] == "InService" and each["HealthStatus"].lower() == "healthy"
        ]
        return working, len(working) < len(instances)

    def speak_for(self, is_dead: Callable[[str], bool]) -> None:
        """Say for those that go and can no longer speak that they have left; or the group waits for them in vain."""
        name, instances = self._all()
        for each in instances:
            if each["LifecycleState"] == "Terminating:Wait" and is_dead(each["InstanceId"]):
                self._complete(name, TERMINATE_HOOK, each["InstanceId"])

    def replace(self, instance: str) -> None:
        """Have the group replace an instance."""
        self._client.set_instance_health(InstanceId=instance, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False)

    def _all(self) -> tuple[str, list[dict[str, Any]]]:
        found = self._found()
        if not found:
            return "", []
        name = found["AutoScalingGroupName"]
        groups = self._client.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
        return name, [each for group in groups for each in group["Instances"]]

    def _found(self) -> dict[str, Any] | None:
        found = self._client.describe_auto_scaling_instances(InstanceIds=[self._instance])["AutoScalingInstances"]
        return found[0] if found else None
