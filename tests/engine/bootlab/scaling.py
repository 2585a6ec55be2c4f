"""The part of EC2 Auto Scaling, played as AWS documents it, on the groups and instances that moto holds.

moto gives a group its instances at once, and knows nothing of hooks. Here each of them becomes a host that boots, waits
for its hooks, is replaced when it is marked unhealthy, and goes in order.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from tests.engine.bootlab.cloud import Cloud
from tests.engine.bootlab.door import Refused
from tests.engine.bootlab.host import Host
from tests.engine.bootlab.metadata import Facts, notice
from tests.engine.harness.meanwhile import again_and_again


class State(StrEnum):
    LAUNCHING = "Pending:Wait"
    IN_SERVICE = "InService"
    TERMINATING = "Terminating:Wait"
    TERMINATED = "Terminated"


_TRANSITIONS = {State.LAUNCHING: "LAUNCHING", State.TERMINATING: "TERMINATING"}


@dataclass
class Member:
    """An instance of a group, and its host."""

    facts: Facts
    group: str
    version: int
    """Of its launch template."""
    host: Host
    state: State
    hook: Mapping[str, Any] | None = None
    """The hook that it waits for."""
    deadline: float = 0.0
    """When the hook's heartbeat is over."""
    reclaimed: float = 0.0
    """When its spot capacity is taken away."""
    successor: str = ""
    """Who is launched because it is at risk; it goes when that one is in service."""

    @property
    def id(self) -> str:
        return self.facts.instance

    @property
    def live(self) -> bool:
        return self.state in (State.LAUNCHING, State.IN_SERVICE)


@dataclass
class Player:
    """Plays all groups. Every public method may be called by any thread."""

    cloud: Cloud
    new_host: Callable[[Facts], Host]
    log: Path
    """Where it is written down what happened."""
    members: dict[str, Member] = field(default_factory=dict)
    rebalanced: set[str] = field(default_factory=set)
    """The groups that replace an instance when they are told that its spot capacity is at risk."""
    steps: list[Callable[[], None]] = field(default_factory=list)
    """What else is done at every step."""
    guard: threading.RLock = field(default_factory=threading.RLock)
    _begun: float = field(default_factory=time.monotonic)
    _removing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4))

    def tell(self, text: str) -> None:
        """Write down what happened."""
        with self.guard, self.log.open("a") as log:
            log.write(f"{time.monotonic() - self._begun:7.1f} s  {text}\n")

    @property
    def story(self) -> list[str]:
        """What happened so far, line by line."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def all(self) -> list[Member]:
        """All that there ever were. It waits for nobody: the metadata service must answer while the cloud is slow."""
        return list(self.members.values())

    def of(self, group: str, *states: State) -> list[Member]:
        """The members of a group that are in one of the states; without any: all that have not gone."""
        wanted = states or (State.LAUNCHING, State.IN_SERVICE, State.TERMINATING)
        return [member for member in self.all() if member.group == group and member.state in wanted]

    def at(self, address: str) -> Facts | None:
        """The instance with this address."""
        here = [member for member in self.all() if member.state is not State.TERMINATED]
        return next((member.facts for member in here if member.facts.address == address), None)

    def step(self) -> None:
        """Look once, and do what is due."""
        with self.guard:
            for group in self.cloud.groups():
                for instance in group["Instances"]:
                    self._look_at(group, instance)
            for member in list(self.members.values()):
                self._look_at_the_clock(member)
                self._look_at_the_successor(member)
            for step in self.steps:
                step()

    def _look_at(self, group: Mapping[str, Any], instance: Mapping[str, Any]) -> None:
        member = self.members.get(instance["InstanceId"])
        if member is None:
            self._launch(group, instance["InstanceId"])
        elif instance["HealthStatus"] == "Unhealthy" and member.state is State.IN_SERVICE:
            self.terminate(member.id, replace=True, why="it was marked unhealthy")

    def _launch(self, group: Mapping[str, Any], instance: str) -> None:
        template = self.cloud.template(group)
        facts = self.cloud.facts(instance, template)
        name, version = group["AutoScalingGroupName"], template["VersionNumber"]
        # Nobody sees it before it waits for its hook, which the cloud is asked for: it would be taken for in service.
        member = Member(facts, name, version, self.new_host(facts), State.LAUNCHING)
        self._enter(member, State.LAUNCHING, State.IN_SERVICE)
        self.members[instance] = member
        self.tell(f"{instance} at {facts.address} launches in {name} from version {version}")
        member.host.start()

    def _enter(self, member: Member, waiting: State, otherwise: State) -> None:
        """Wait for the group's hook, or go on where it has none."""
        hook = self.cloud.hook(member.group, _TRANSITIONS[waiting])
        member.state = waiting if hook else otherwise
        member.hook = hook
        member.deadline = time.monotonic() + hook["HeartbeatTimeout"] if hook else 0.0

    def terminate(self, instance: str, *, replace: bool, why: str, hooked: bool = True) -> None:
        """Let an instance go; ``replace``: another is launched now, else the group becomes smaller."""
        with self.guard:
            member = self.members[instance]
            if not member.live:
                return
            self.tell(f"{instance} of {member.group} is to go: {why}")
            if hooked:
                self._enter(member, State.TERMINATING, State.TERMINATED)
            else:
                member.state = State.TERMINATED
            member.facts.target_state = "Terminated"
            self.cloud.autoscaling.detach_instances(
                AutoScalingGroupName=member.group,
                InstanceIds=[instance],
                ShouldDecrementDesiredCapacity=not replace,
            )
            if member.state is State.TERMINATED:
                self._off(member)

    def _off(self, member: Member) -> None:
        member.state, member.hook, member.deadline = State.TERMINATED, None, 0.0
        self.tell(f"{member.id} of {member.group} is terminated")
        self.cloud.ec2.terminate_instances(InstanceIds=[member.id])
        self._removing.submit(self._gone, member.host)

    def _gone(self, host: Host) -> None:
        host.shut_down(30)
        host.remove()

    def _look_at_the_clock(self, member: Member) -> None:
        now = time.monotonic()
        if member.reclaimed and now > member.reclaimed and member.state is not State.TERMINATED:
            member.host.cut()
            self.tell(f"{member.id} of {member.group} is taken away")
            self._off(member)
        elif member.hook is not None and now > member.deadline:
            self.settle(member, member.hook["DefaultResult"], "the hook's heartbeat is over")

    def _look_at_the_successor(self, member: Member) -> None:
        after = self.members.get(member.successor)
        if after and after.state is State.IN_SERVICE and member.state is State.IN_SERVICE:
            self.terminate(member.id, replace=False, why=f"{after.id} was launched for it")
        elif after and not after.live:
            member.successor = ""

    def settle(self, member: Member, result: str, why: str) -> None:
        """End a hook with CONTINUE or ABANDON."""
        with self.guard:
            self.tell(f"{member.id} of {member.group} leaves {member.state} with {result}: {why}")
            member.hook, member.deadline = None, 0.0
            if member.state is State.TERMINATING:
                self._off(member)
            elif result == "CONTINUE":
                member.state = State.IN_SERVICE
            else:
                self.terminate(member.id, replace=True, hooked=False, why="its launch was abandoned")

    def waiting(self, group: str, hook: str, instance: str) -> Member:
        """The member that waits for this hook."""
        with self.guard:
            member = self.members.get(instance)
            if member is None or member.group != group or member.hook is None:
                raise Refused(f"No active Lifecycle Action found with instance ID {instance}")
            if member.hook["LifecycleHookName"] != hook:
                raise Refused(f"No Lifecycle Hook {hook} is active for instance {instance}")
            return member

    def take_spot_capacity(self, instance: str, seconds: float = 120) -> None:
        """Take an instance's capacity back after so many seconds, as its notice says, whatever its hook says then.

        A group that rebalances its capacity launches another at once, and lets this one go in order.
        """
        with self.guard:
            member = self.members[instance]
            self.tell(f"{instance} of {member.group} has a spot notice of {seconds:g} s")
            action = f'{{"action": "terminate", "time": "{notice(seconds)}"}}'
            member.facts.notices["spot/instance-action"] = action
            member.reclaimed = time.monotonic() + seconds
            self.terminate(instance, replace=True, why="its spot capacity is taken away")

    def advise_rebalance(self, instance: str) -> None:
        """Say that an instance's spot capacity may be taken back soon.

        Its group launches another, and lets this one go when that one is in service, if it rebalances its capacity.
        """
        with self.guard:
            member = self.members[instance]
            self.tell(f"{instance} of {member.group} has a rebalance advice")
            member.facts.notices["events/recommendations/rebalance"] = f'{{"noticeTime": "{notice(0)}"}}'
            if member.group not in self.rebalanced:
                return
            known, wanted = set(self.members), len(self.of(member.group, State.LAUNCHING, State.IN_SERVICE)) + 1
            self.cloud.autoscaling.set_desired_capacity(AutoScalingGroupName=member.group, DesiredCapacity=wanted)
            self.step()
            member.successor = next(each.id for each in self.of(member.group) if each.id not in known)

    def end(self) -> None:
        """Cut the power of all hosts, and throw them away."""
        self._removing.shutdown(wait=True, cancel_futures=True)
        for member in self.members.values():
            member.host.remove()


@contextmanager
def playing(player: Player) -> Iterator[None]:
    """The player plays while the block runs. No host is left afterwards."""

    def play() -> None:
        try:
            player.step()
        except Exception as error:
            player.tell(f"a step failed: {error!r}")

    try:
        with again_and_again(play, 0.5, ends_within=60):
            yield
    finally:
        player.end()
