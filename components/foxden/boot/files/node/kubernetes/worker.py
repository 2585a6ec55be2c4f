"""The duties of a worker."""

from .. import aws, duties
from ..duties import Done, Duty, Gone
from ..facts import Facts
from ..group import Group
from ..imds import Metadata
from ..parameters import Parameters
from ..pending import Pending
from ..rest import ApiError, Rest
from ..units import keep_ended, systemctl
from ..waiting import until
from . import node_config
from .drain import drain, is_ready

_TAKEN_WITHIN = 100
"""Seconds after a notice in which a worker's pods must have moved: the machine is there for 20 more."""
_HEALTH = ("http://127.0.0.1:10256", "http://127.0.0.1:20244")
"""Of kube-proxy and of kube-router: without them a pod reaches no service, or is reached by anybody."""


class Worker:
    """What it knows while it runs."""

    def __init__(self, facts: Facts, group: Group) -> None:
        self._facts = facts
        self._group = group
        self._drained = False

    def duties(self) -> list[Duty]:
        """All of them."""
        return [Duty("launch", 3, self.launch), Duty("leave", 3, self.leave)]

    def launch(self) -> None:
        """Tell the group once this worker takes pods, which reach services, and are reached as they may be."""
        for base in _HEALTH:
            Rest(base, {}).raw("GET", "/healthz")
        if not is_ready(node_config.own_api(self._facts), self._facts.name):
            raise ApiError("the node is not ready yet")
        if self._group.launched():
            raise Done

    def leave(self) -> None:
        """Move the pods away when the machine is about to go; tell the group when it is the group's wish."""
        terminating, taken = self._group.is_terminating(), self._group.is_taken()
        if not self._drained and (terminating or taken or self._group.is_at_risk()):
            print("this node goes: moving its pods elsewhere", flush=True)
            deadline = min(_TAKEN_WITHIN, self._facts.drain_deadline) if taken else self._facts.drain_deadline
            moved = not node_config.has_joined() or drain(
                lambda: node_config.own_api(self._facts), self._facts.name, deadline, self._group.heartbeat
            )
            print("its pods are gone" if moved else "its time is up", flush=True)
            self._drained = True
        if terminating:
            keep_ended("kubelet")
            systemctl("stop", "kubelet")
            until(self._group.left, 60, self._group.heartbeat)
            raise Gone


def run(facts: Facts, metadata: Metadata) -> None:
    """Do the duties of a worker until it is gone."""
    parameters = Parameters(aws.client(facts, "ssm"), facts.parameters, facts.key)
    group = Group(facts, metadata, aws.client(facts, "autoscaling"))
    pending = Pending()

    def refresh() -> None:
        try:
            node_config.configure(facts, metadata, parameters, pending)
        finally:
            node_config.follow(pending)

    duties.run([*Worker(facts, group).duties(), duties.refresh(facts, refresh)])
