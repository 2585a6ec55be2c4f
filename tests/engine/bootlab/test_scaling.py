"""What the lab's groups show of their members while these change, without a machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from tests.engine.bootlab.cloud import Cloud
from tests.engine.bootlab.host import Host
from tests.engine.bootlab.metadata import Facts
from tests.engine.bootlab.scaling import Player, State

GROUP = "servers"
FACTS = Facts("i-1", "10.0.0.4", "eu-west-1a", "ami-1", "t3.small", "02:00:00:00:00:04", b"", "servers")


@dataclass
class Slow(Cloud):
    """A cloud that takes its time to tell of hooks: others look meanwhile."""

    looks: list[tuple[list[State], str]] = field(default_factory=list)
    """The states of all members, and what the instance itself is told, at each of these times."""
    player: Player | None = None

    @property
    def autoscaling(self) -> Any:
        return self

    def detach_instances(self, **given: Any) -> None:
        """Nothing."""

    def groups(self) -> list[dict[str, Any]]:
        return [{"AutoScalingGroupName": GROUP, "Instances": [{"InstanceId": "i-1", "HealthStatus": "Healthy"}]}]

    def template(self, group: Mapping[str, Any]) -> dict[str, Any]:
        return {"VersionNumber": 1}

    def facts(self, instance: str, template: Mapping[str, Any]) -> Facts:
        return FACTS

    def hook(self, group: str, transition: str) -> dict[str, Any] | None:
        assert self.player is not None
        self.looks.append(([member.state for member in self.player.all()], FACTS.target_state))
        return {"LifecycleHookName": transition, "HeartbeatTimeout": 60}


class Off:
    """A host that is never switched on."""

    def start(self) -> None:
        """Nothing."""


def test_nobody_takes_a_member_for_one_in_service_or_leaving_before_it_is(tmp_path: Path) -> None:
    cloud = Slow("http://127.0.0.1:9", "eu-west-1")
    cloud.player = player = Player(cloud, lambda facts: cast(Host, Off()), tmp_path / "story")
    player.step()
    member = player.members["i-1"]
    assert member.state is State.LAUNCHING
    player.settle(member, "CONTINUE", "it said so")
    player.terminate("i-1", replace=True, why="somebody asked for it")
    assert (member.state, FACTS.target_state) == (State.TERMINATING, "Terminated")
    # It is in service until it leaves, and is told so only when it does.
    assert cloud.looks == [([], "InService"), ([State.IN_SERVICE], "InService")]
