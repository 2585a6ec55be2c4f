"""The cluster that the tests share: how it is seen from outside, and when it is well."""

from dataclasses import dataclass

from tests.engine.bootlab.access import Access
from tests.engine.bootlab.cluster import Cluster, group_name
from tests.engine.bootlab.lab import Lab
from tests.engine.bootlab.load import Load, Store, steady_load
from tests.engine.bootlab.machines import Machines
from tests.engine.bootlab.scaling import Member, State
from tests.engine.bootlab.seen import Seen
from tests.engine.harness.waiting import until

POOL = "general"
SERVERS, WORKERS = 3, 2
NO_PROCESS = "0\n"
NEW_NODE = 300
"""Seconds, with many other programs at work; it takes about 25 on two idle cores."""


@dataclass
class Built:
    """A cluster of machines, whatever runs services on it."""

    cluster: Cluster
    machines: Machines
    """The stack that it is made by."""
    access: Seen

    @property
    def lab(self) -> Lab:
        return self.cluster.lab

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
        until(self.access.whole, "all servers vote", NEW_NODE, every=0.5)
        names = {f"{POOL}-{each.id}" for each in workers}
        until(lambda: self.access.ready() == names, "all workers take work", NEW_NODE, every=0.5)

    def heals(self, member: Member, unit: str) -> None:
        """Kill what a unit runs, and wait until it is started again, and all is well with no node replaced."""
        before = _process(member, unit)
        member.host.run("systemctl", "kill", "--kill-who=main", "--signal=KILL", unit)
        until(lambda: _process(member, unit) not in (before, NO_PROCESS), f"{unit} is started again", 60)
        self.well()
        assert member.state is State.IN_SERVICE

    def outlives(self, lost: Member) -> None:
        """Cut the power of a server, and wait until its cluster has had it replaced and forgotten."""
        lost.host.cut()
        until(lambda: not lost.live, "its group lets it go", NEW_NODE)
        said = [line for line in self.lab.player.story if lost.id in line and "unhealthy" in line]
        assert said, "it was not its cluster that found it"
        self.lab.in_service(self.cluster.server_group, SERVERS, NEW_NODE)
        until(self.access.whole, "the newcomer votes, and the lost one is forgotten", NEW_NODE)

    def rolls_under_load(self, store: Store) -> Load:
        """Have all servers replaced by those of another image and user-data, while a store is used; gives the load."""
        before = {server.id for server in self.servers()}
        image = self.lab.images.new(self.lab.cloud, "newer", {"etc/newer": "yes"})
        group = self.cluster.server_group
        with steady_load(store) as load:
            self.machines.up(servers={"image": image, "unhealthy_after": 61})
            until(lambda: self.refreshed(group), "all servers are refreshed", 3 * NEW_NODE, every=1)
        load.none_failed(at_least=100)
        after = self.servers()
        assert not before & {server.id for server in after}
        assert {server.facts.image for server in after} == {image}
        for server in after:
            assert server.host.run("cat", "/etc/newer") == "yes"
            assert '"unhealthy_after": 61' in server.host.run("cat", "/etc/foxden/node.json")
        differs = self.machines.project.preview()
        assert differs == {}, differs
        return load

    def refreshed(self, group: str) -> bool:
        """Whether the newest refresh of a group has succeeded."""
        said = self.lab.cloud.autoscaling.describe_instance_refreshes(AutoScalingGroupName=group)["InstanceRefreshes"]
        return bool(said) and said[0]["Status"] == "Successful"


@dataclass
class World(Built):
    """The one with Consul and Nomad."""

    access: Access


def _process(member: Member, unit: str) -> str:
    return member.host.run("systemctl", "show", "-p", "MainPID", "--value", unit)
