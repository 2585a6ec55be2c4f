"""The duties of a core server."""

import time
from collections.abc import Callable

from . import access, leaving, snapshots
from .api import CONSUL, NOMAD, Api
from .credentials import Credentials
from .duties import Done, Duty, Gone
from .facts import Facts
from .group import Group
from .members import Members, is_member, members
from .parameters import Parameters
from .waiting import until
from .watch import Watch

_KEPT_FOR = 60
_ALIVE = 1
"""How Serf calls the state of a member that answers."""


class Server:
    """What it knows while it runs."""

    def __init__(self, facts: Facts, parameters: Parameters, group: Group, credentials: Credentials) -> None:
        self._facts = facts
        self._parameters = parameters
        self._group = group
        self._management = credentials.nomad_management
        self._consul = Api(CONSUL, credentials.consul_management)
        self._nomad = Api(NOMAD, credentials.nomad_management)
        self._watch = Watch(facts, time.monotonic)
        self._next: dict[str, float] = {}

    def duties(self) -> list[Duty]:
        """All of them."""
        return [
            Duty("launch", 3, self.launch),
            Duty("leave", 3, self.leave),
            Duty("access to consul", 5, self.keep_consul),
            Duty("access to nomad", 5, self.keep_nomad),
            Duty("certificates of workers", 5, self.keep_certificates),
            Duty("replace", 5, self.replace),
            *([Duty("snapshot", self._facts.snapshot_minutes * 60, self.snapshot)] if self._facts.snapshots else []),
        ]

    def launch(self) -> None:
        """Tell the group once this server votes in both rafts."""
        if is_member(self._facts, self._members()) and self._group.launched():
            raise Done

    def leave(self) -> None:
        """Go when the group says so, and tell it when that is done."""
        if self._group.is_terminating():
            leaving.leave_raft(self._consul, self._nomad, self._facts, self._whole, self._group.heartbeat)
            until(self._group.left, 60, self._group.heartbeat)
            raise Gone

    def keep_consul(self) -> None:
        """As leader: what may be done in Consul."""
        self._as_leader("consul", lambda: access.keep_consul(self._facts, self._consul, self._parameters))

    def keep_nomad(self) -> None:
        """As leader: what may be done in Nomad."""
        self._as_leader(
            "nomad", lambda: access.keep_nomad(self._facts, self._nomad, self._management, self._parameters)
        )

    def keep_certificates(self) -> None:
        """As leader: what workers are known by."""
        self._as_leader("certificates", lambda: access.keep_certificates(self._facts, self._parameters))

    def replace(self) -> None:
        """As leader: have a server replaced that is no member for long."""
        if not self._leads():
            return
        working, busy = self._group.in_service()
        failed = self._watch.failed(working, self._members(), busy)
        if failed:
            print(f"{failed} has been no whole member for {self._facts.unhealthy_after} s: to be replaced", flush=True)
            self._group.replace(failed)
        known = self._consul.get("/v1/agent/members")
        alive = {each["Name"] for each in known if each["Status"] == _ALIVE}
        self._group.speak_for(lambda instance: f"{self._facts.pool}-{instance}" not in alive)

    def snapshot(self) -> None:
        """As leader: keep what both rafts hold, away from all servers."""
        if self._leads():
            snapshots.take(self._facts, {"consul": self._consul, "nomad": self._nomad})

    def _as_leader(self, name: str, do: Callable[[], None]) -> None:
        """Once a minute at most where it works: each time reads many secrets, and every reading costs."""
        if self._leads() and time.monotonic() >= self._next.get(name, 0):
            do()
            self._next[name] = time.monotonic() + min(_KEPT_FOR, self._facts.follow_within / 5)

    def _leads(self) -> bool:
        return str(self._consul.peek("/v1/status/leader") or "").startswith(f"{self._facts.address}:")

    def _whole(self) -> frozenset[str]:
        return self._members().whole()

    def _members(self) -> Members:
        health = self._consul.peek("/v1/operator/autopilot/health") or {}
        others = [str(each["Address"]) for each in health.get("Servers") or []]
        hosts = [other.rpartition(":")[0] for other in others if not other.startswith(f"{self._facts.address}:")]
        apis = [self._nomad, *(self._nomad.at(f"https://{host}:4646") for host in hosts)]
        return members(self._consul, apis)
