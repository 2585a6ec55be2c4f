"""The duties of a core server."""

import time
from collections.abc import Callable

from . import access, configure, leaving, snapshots
from .api import CONSUL, NOMAD, Api, ApiError
from .credentials import Credentials
from .duties import Done, Duty
from .facts import Facts
from .going import farewell
from .group import Group
from .members import Members, is_member, members
from .parameters import Parameters
from .pending import Pending
from .turns import turn
from .waiting import until
from .watch import Watch

_KEPT_FOR = 60
_BACK_WITHIN = 90
"""Seconds in which Nomad is back after it was started again; then it is another server's turn all the same."""
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
        self._pending = Pending()
        self._waits_since: float | None = None

    def duties(self) -> list[Duty]:
        """All of them."""
        return [
            Duty("launch", 3, self.launch),
            Duty("leave", 3, self.leave),
            Duty("changes", 5, self.follow),
            Duty("access to consul", 5, self.keep_consul),
            Duty("access to nomad", 5, self.keep_nomad),
            Duty("certificates of workers", 5, self.keep_certificates),
            Duty("replace", 5, self.replace),
            *([Duty("snapshot", _KEPT_FOR, self.snapshot)] if self._facts.snapshots else []),
        ]

    def launch(self) -> None:
        """Tell the group once this server votes in both rafts."""
        if is_member(self._facts, self._members()) and self._group.launched():
            raise Done

    def leave(self) -> None:
        """Go when the group says so, and tell it when that is done."""
        if self._group.is_terminating():
            leaving.leave_raft(self._consul, self._nomad, self._facts, self._whole, self._group.heartbeat)
            farewell(self._group)

    def follow(self) -> None:
        """Let the agents take over what changed."""
        configure.follow(self._pending, self._start_nomad_again)

    def _start_nomad_again(self) -> None:
        """One server after the other, each when the others are enough to decide.

        Where they are not for very long, it is done all the same: the tokens that it has end.
        """
        now = time.monotonic()
        self._waits_since = now if self._waits_since is None else self._waits_since
        patient = now - self._waits_since < 2 * self._facts.follow_within
        with turn(self._consul, "nomad", self._facts.name):
            others = self._members().without(self._facts.name)
            if patient and self._facts.servers > 1 and (others is None or others < self._facts.quorum):
                raise ApiError("Nomad is started again when the other servers are enough to decide")
            leaving.hand_over(self._nomad, self._facts, leaving.NOMAD_LEADER)
            leaving.start_nomad_again()
            self._waits_since = None
            if not until(self._is_back, _BACK_WITHIN, self._group.heartbeat):
                print(f"Nomad is not back {_BACK_WITHIN} s after it was started again", flush=True)

    def _is_back(self) -> bool:
        """Whether Nomad votes again here. Only this server's own says so at once: others learn later that it ended."""
        return bool(self._nomad.get("/v1/status/leader")) and is_member(self._facts, self._members())

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
        apis = {"consul": self._consul, "nomad": self._nomad}
        self._as_leader("snapshot", lambda: snapshots.take(self._facts, apis), self._facts.snapshot_minutes * 60)

    def _as_leader(self, name: str, do: Callable[[], object], every: float | None = None) -> None:
        """Once a minute at most where it works: each time reads many secrets, and every reading costs."""
        if time.monotonic() >= self._next.get(name, 0) and self._leads():
            do()
            self._next[name] = time.monotonic() + (every or min(_KEPT_FOR, self._facts.follow_within / 5))

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
