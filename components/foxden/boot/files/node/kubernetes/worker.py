"""The duties of a worker."""

from collections.abc import Callable
from functools import partial

from .. import aws, duties
from ..duties import Done, Duty
from ..facts import Facts
from ..going import Going
from ..group import Group
from ..imds import Metadata
from ..parameters import Parameters
from ..pending import Pending
from ..rest import ApiError, Rest
from ..units import keep_ended, systemctl
from . import node_config
from .api import takes_pods
from .drain import drain

_HEALTH = ("http://127.0.0.1:10256", "http://127.0.0.1:20244")
"""Of kube-proxy and of kube-router: without them a pod reaches no service, or is reached by anybody."""


class Worker:
    """What it knows while it runs."""

    def __init__(self, facts: Facts, group: Group) -> None:
        self._facts = facts
        self._group = group
        self._going = Going(facts, group, "pods", self._drained, _end)

    def duties(self) -> list[Duty]:
        """All of them."""
        return [Duty("launch", 3, self.launch), Duty("leave", 3, self.leave)]

    def launch(self) -> None:
        """Tell the group once this worker takes pods, which reach services, and are reached as they may be."""
        for base in _HEALTH:
            Rest(base, {}).raw("GET", "/healthz")
        if not takes_pods(node_config.own_api(self._facts), self._facts.name):
            raise ApiError("the node is not ready yet")
        if self._group.launched():
            raise Done

    def leave(self) -> None:
        """Move the pods away when the machine is about to go; tell the group when it is the group's wish."""
        self._going.look()

    def _drained(self, deadline: int, unless: Callable[[], bool]) -> bool:
        api = partial(node_config.own_api, self._facts)
        return not node_config.has_joined() or drain(api, self._facts.name, deadline, self._group.heartbeat, unless)


def _end() -> None:
    keep_ended("kubelet")
    systemctl("stop", "kubelet")


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
