"""Instance refresh, and the other actions of EC2 Auto Scaling that moto does not know."""

import math
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tests.engine.bootlab.door import NAMESPACE, Action, Parameters, Refused, Rules
from tests.engine.bootlab.scaling import Member, Player, State


@dataclass
class Refresh:
    """One instance refresh of a group."""

    id: str
    group: str
    wanted: int
    """How many instances the group has when it is not being refreshed."""
    target: int
    """The version of the launch template that all are to have."""
    surge: int
    """How many may be launched beside those that are wanted."""
    status: str = "InProgress"


@dataclass
class Actions:
    """Answers requests on behalf of a player."""

    player: Player
    refreshes: list[Refresh] = field(default_factory=list)

    def rules(self) -> Rules:
        """What the cloud's door is to do."""
        self.player.steps.append(self.step)
        return Rules(
            actions=self._actions(),
            changes={"DescribeAutoScalingGroups": self.groups},
            around={"CreateAutoScalingGroup": self.with_hooks},
        )

    def _actions(self) -> dict[str, Action]:
        return {
            "CompleteLifecycleAction": self.complete,
            "RecordLifecycleActionHeartbeat": self.heartbeat,
            "DescribeAutoScalingInstances": self.instances,
            "TerminateInstanceInAutoScalingGroup": self.terminate,
            "StartInstanceRefresh": self.start,
            "DescribeInstanceRefreshes": self.describe,
            "CancelInstanceRefresh": self.cancel,
        }

    def _waiting(self, given: Parameters) -> Member:
        instance = given.get("InstanceId", "")
        return self.player.waiting(given["AutoScalingGroupName"], given["LifecycleHookName"], instance)

    def complete(self, given: Parameters) -> str:
        with self.player.guard:
            self.player.settle(self._waiting(given), given["LifecycleActionResult"], "it said so")
        return ""

    def heartbeat(self, given: Parameters) -> str:
        with self.player.guard:
            member = self._waiting(given)
            if member.hook is not None:
                member.deadline = time.monotonic() + member.hook["HeartbeatTimeout"]
        return ""

    def instances(self, given: Parameters) -> str:
        asked = {value for name, value in given.items() if name.startswith("InstanceIds.member")}
        members = [member for member in self.player.all() if member.state is not State.TERMINATED]
        told = [_told(member) for member in members if not asked or member.id in asked]
        return f"<AutoScalingInstances>{''.join(told)}</AutoScalingInstances>"

    def groups(self, said: str) -> str:
        """What moto says of groups, whose instances are all in service, and which forget those that are to go.

        A refresh leaves a group's desired capacity as it is, and launches above it; moto launches only by raising it.
        """
        root = ElementTree.fromstring(said)
        for group in root.iterfind(".//{*}AutoScalingGroups/{*}member"):
            name = group.findtext("{*}AutoScalingGroupName")
            desired, listed = group.find("{*}DesiredCapacity"), group.find("{*}Instances")
            for refresh in self.refreshes:
                if desired is not None and refresh.group == name and refresh.status == "InProgress":
                    desired.text = str(refresh.wanted)
            for each in listed if listed is not None else ():
                member = self.player.members.get(each.findtext("{*}InstanceId") or "")
                state = each.find("{*}LifecycleState")
                if state is not None:
                    state.text = str(member.state if member else State.LAUNCHING)
            for member in self.player.of(name or "", State.TERMINATING):
                if listed is not None:
                    listed.append(_element(member))
        ElementTree.register_namespace("", NAMESPACE)
        return ElementTree.tostring(root, encoding="unicode")

    @contextmanager
    def with_hooks(self, given: Parameters) -> Iterator[None]:
        """A new group has its hooks before it launches; moto leaves them out."""
        with self.player.guard:
            yield
            prefix = "LifecycleHookSpecificationList.member."
            if given.get("CapacityRebalance") == "true":
                self.player.rebalanced.add(given["AutoScalingGroupName"])
            for number in sorted({name.split(".")[2] for name in given if name.startswith(prefix)}):
                self.player.cloud.autoscaling.put_lifecycle_hook(
                    AutoScalingGroupName=given["AutoScalingGroupName"],
                    LifecycleHookName=given[f"{prefix}{number}.LifecycleHookName"],
                    LifecycleTransition=given[f"{prefix}{number}.LifecycleTransition"],
                    HeartbeatTimeout=int(given[f"{prefix}{number}.HeartbeatTimeout"]),
                    DefaultResult=given[f"{prefix}{number}.DefaultResult"],
                )

    def terminate(self, given: Parameters) -> str:
        with self.player.guard:
            member = self.player.members.get(given["InstanceId"])
            if member is None:
                raise Refused(f"Instance Id not found - No managed instance found for {given['InstanceId']}")
            smaller = given["ShouldDecrementDesiredCapacity"].lower() == "true"
            self.player.terminate(member.id, replace=not smaller, why="somebody asked for it")
        return f"<Activity><ActivityId>{uuid.uuid4()}</ActivityId></Activity>"

    def start(self, given: Parameters) -> str:
        name = given["AutoScalingGroupName"]
        least = int(given.get("Preferences.MinHealthyPercentage", "90"))
        most = int(given.get("Preferences.MaxHealthyPercentage", "100"))
        with self.player.guard:
            if any(each.group == name and each.status == "InProgress" for each in self.refreshes):
                raise Refused(f"An Instance Refresh is already in progress for {name}")
            group = next(each for each in self.player.cloud.groups() if each["AutoScalingGroupName"] == name)
            wanted = group["DesiredCapacity"]
            surge = math.floor(wanted * most / 100) - wanted
            if least < 100 or surge < 1:
                raise Refused(f"this refresh of {name} would terminate before it launches")
            target = self.player.cloud.template(group)["VersionNumber"]
            self.refreshes.append(Refresh(str(uuid.uuid4()), name, wanted, target, surge))
            self.player.tell(f"{name} is refreshed to version {target}, with up to {surge} more of them")
        return f"<InstanceRefreshId>{self.refreshes[-1].id}</InstanceRefreshId>"

    def describe(self, given: Parameters) -> str:
        with self.player.guard:
            told = [
                f"<member><InstanceRefreshId>{each.id}</InstanceRefreshId><AutoScalingGroupName>{escape(each.group)}"
                f"</AutoScalingGroupName><Status>{each.status}</Status></member>"
                for each in reversed(self.refreshes)
                if each.group == given["AutoScalingGroupName"]
            ]
        return f"<InstanceRefreshes>{''.join(told)}</InstanceRefreshes>"

    def cancel(self, given: Parameters) -> str:
        with self.player.guard:
            for each in self.refreshes:
                if each.group == given["AutoScalingGroupName"] and each.status == "InProgress":
                    each.status = "Cancelled"
                    return f"<InstanceRefreshId>{each.id}</InstanceRefreshId>"
        raise Refused(f"No in progress Instance Refresh found for {given['AutoScalingGroupName']}")

    def step(self) -> None:
        """Go on with every refresh: launch, wait until the new one is in service, only then let an old one go."""
        for each in self.refreshes:
            if each.status == "InProgress":
                self._go_on(each)

    def _go_on(self, refresh: Refresh) -> None:
        live = self.player.of(refresh.group, State.LAUNCHING, State.IN_SERVICE)
        old = [member for member in live if member.version != refresh.target]
        launching = [member for member in live if member.state is State.LAUNCHING]
        if launching or self.player.of(refresh.group, State.TERMINATING):
            return
        if not old and len(live) == refresh.wanted:
            refresh.status = "Successful"
            self.player.tell(f"{refresh.group} is refreshed to version {refresh.target}")
        elif len(live) > refresh.wanted:
            for member in (old or live)[: len(live) - refresh.wanted]:
                self.player.terminate(member.id, replace=False, why=f"version {refresh.target} takes its place")
        elif old:
            more = min(refresh.surge, len(old))
            self.player.cloud.autoscaling.set_desired_capacity(
                AutoScalingGroupName=refresh.group, DesiredCapacity=refresh.wanted + more
            )


def _facts(member: Member) -> dict[str, str]:
    return {
        "InstanceId": member.id,
        "AvailabilityZone": member.facts.zone,
        "LifecycleState": str(member.state),
        "ProtectedFromScaleIn": "false",
    }


def _told(member: Member) -> str:
    facts = {**_facts(member), "AutoScalingGroupName": member.group, "HealthStatus": "HEALTHY"}
    return f"<member>{''.join(f'<{name}>{escape(value)}</{name}>' for name, value in facts.items())}</member>"


def _element(member: Member) -> ElementTree.Element:
    made = ElementTree.Element(f"{{{NAMESPACE}}}member")
    for name, value in {**_facts(member), "HealthStatus": "Unhealthy"}.items():
        ElementTree.SubElement(made, f"{{{NAMESPACE}}}{name}").text = value
    return made
