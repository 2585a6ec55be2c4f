"""The cluster that the tests share: how it is seen from outside, and when it is well."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from tests.engine.bootlab.access import Access
from tests.engine.bootlab.cluster import Cluster, group_name
from tests.engine.bootlab.lab import Lab
from tests.engine.bootlab.machines import Machines
from tests.engine.bootlab.scaling import Member, State
from tests.engine.harness.waiting import until

POOL = "general"
SERVERS, WORKERS = 3, 2
NEW_NODE = 300
"""Seconds, with many other programs at work; it takes about 25 on two idle cores."""


@dataclass
class Built(ABC):
    """A cluster of machines, whatever runs services on it."""

    cluster: Cluster
    machines: Machines
    """The stack that it is made by."""

    @property
    def lab(self) -> Lab:
        return self.cluster.lab

    @abstractmethod
    def whole(self) -> bool:
        """Whether exactly the servers in service vote."""

    @abstractmethod
    def ready(self) -> set[str]:
        """The names of the workers that take work."""

    def servers(self) -> list[Member]:
        return self.lab.in_service(self.cluster.server_group, SERVERS, NEW_NODE)

    def workers(self) -> list[Member]:
        return self.lab.in_service(group_name(POOL), WORKERS, NEW_NODE)

    def in_pool(self) -> list[Member]:
        """The workers that a balancer sends requests to, if they are well."""
        return self.lab.player.of(group_name(POOL), State.IN_SERVICE)

    def well(self) -> None:
        """Wait until all nodes are in service and members of what they belong to."""
        self.servers()
        workers = self.workers()
        until(self.whole, "all servers vote", NEW_NODE, every=0.5)
        names = {f"{POOL}-{each.id}" for each in workers}
        until(lambda: self.ready() == names, "all workers take work", NEW_NODE, every=0.5)

    def refreshed(self, group: str) -> bool:
        """Whether the newest refresh of a group has succeeded."""
        said = self.lab.cloud.autoscaling.describe_instance_refreshes(AutoScalingGroupName=group)["InstanceRefreshes"]
        return bool(said) and said[0]["Status"] == "Successful"


@dataclass
class World(Built):
    """The one with Consul and Nomad."""

    access: Access

    def whole(self) -> bool:
        return self.access.whole()

    def ready(self) -> set[str]:
        return self.access.ready()
