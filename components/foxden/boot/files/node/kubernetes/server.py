"""The duties of a master."""

import time
from collections.abc import Callable
from typing import Any

from .. import aws
from ..duties import Done, Duty
from ..facts import Facts
from ..going import farewell
from ..group import Group
from ..parameters import Parameters
from ..rest import ApiError
from ..watch import Watch
from . import bootstrap, instances, leaving, operators, requests, secrets, snapshots, versions
from .api import PORT, as_admin, is_ready
from .etcd import Etcd, Member
from .masters import Masters, is_well, is_whole, masters

_KEPT_FOR = 60
_GONE_AFTER = 30
"""Seconds for which the cloud must not know an instance before it is taken for gone."""


class Server:
    """What it knows while it runs."""

    def __init__(self, facts: Facts, parameters: Parameters, group: Group, generation: int) -> None:
        self._facts = facts
        self._parameters = parameters
        self._group = group
        self._generation = generation
        self._watch = Watch(facts, time.monotonic)
        self._next: dict[str, float] = {}
        self._missing: dict[str, tuple[float, float]] = {}

    def duties(self) -> list[Duty]:
        """All of them."""
        return [
            Duty("launch", 3, self.launch),
            Duty("leave", 3, self.leave),
            Duty("generation", 15, self.follow_generation),
            Duty("members of etcd", 3, self.keep_members),
            Duty("requests for certificates", 3, self.decide),
            Duty("rights", 5, self.keep_rights),
            Duty("operators", 5, self.keep_operators),
            Duty("pools", 5, self.keep_pools),
            Duty("nodes", 15, self.keep_nodes),
            Duty("replace", 5, self.replace),
            *([Duty("snapshot", _KEPT_FOR, self.snapshot)] if self._facts.snapshots else []),
        ]

    def launch(self) -> None:
        """Tell the group once this master votes, and its API is ready."""
        etcd = Etcd()
        if is_whole(self._facts, etcd):
            cluster = etcd.status().cluster
            self._parameters.once(bootstrap.ready_key(self._generation), lambda: cluster, public=True)
            if self._group.launched():
                raise Done

    def leave(self) -> None:
        """Go when the group says so, and tell it when that is done."""
        if self._group.is_terminating():
            leaving.leave(self._facts, Etcd(), lambda: masters(Etcd()).whole(), self._group.heartbeat)
            farewell(self._group)

    def follow_generation(self) -> None:
        """Begin again where somebody has restored a snapshot."""
        if self._parameters.read(bootstrap.key(self._generation + 1)):
            raise SystemExit("etcd begins again: so does this node")

    def keep_members(self) -> None:
        """As leader: take out who is gone, and let vote who has caught up. One at a time."""
        if not self._leads():
            return
        etcd = Etcd()
        members = etcd.members()
        gone = self._gone(members)
        if gone:
            print(f"{gone.name or gone.address} is gone: taken out of etcd", flush=True)
            etcd.remove(gone)
            return
        for learner in (each for each in members if each.is_learner and each.name):
            etcd.promote(learner)
            print(f"{learner.name} votes in etcd", flush=True)

    def _gone(self, members: list[Member]) -> Member | None:
        """A member whose instance the cloud has not known for a while, and that does not answer."""
        there = self._servers()
        known = {f"{self._facts.pool}-{instance}" for instance in there}
        addresses = set(there.values())
        missing = [each for each in members if each.name not in known and (each.name or each.address not in addresses)]
        return next((each for each in missing if self._is_old(f"etcd {each.id}") and not is_well(each)), None)

    def _servers(self) -> dict[str, str]:
        """All instances of masters that the cloud knows; ApiError where it doesn't know this one."""
        there = instances.servers(aws.client(self._facts, "ec2"), self._facts)
        if self._facts.instance not in there:
            raise ApiError("the cloud does not know this instance: it may know others as little")
        return there

    def _is_old(self, what: str) -> bool:
        """Whether something was missing before, and for long enough."""
        now = time.monotonic()
        seen, since = self._missing.get(what, (now, now))
        if now - seen > _GONE_AFTER:
            since = now
        self._missing[what] = (now, since)
        return now - since >= _GONE_AFTER

    def decide(self) -> None:
        """As leader: certificates of kubelets."""
        if not self._leads():
            return
        groups, ec2 = aws.client(self._facts, "autoscaling"), aws.client(self._facts, "ec2")

        def address(instance: str) -> str:
            return instances.workers(ec2, self._facts).get(instance, "")

        def is_of_pool(instance: str, pool: str) -> bool:
            return instances.is_of_pool(groups, self._facts, instance, pool)

        requests.decide(as_admin(), is_of_pool, address)

    def keep_rights(self) -> None:
        """As leader: who may do what, and which version is served."""

        def keep() -> None:
            operators.keep_rights(as_admin())
            there = [each.address for each in Etcd().members() if not each.is_learner]
            found = versions.lowest(as_admin(f"https://{address}:{PORT}") for address in there)
            if found:
                self._parameters.replace(secrets.VERSION, found, public=True)

        self._as_leader("rights", keep)

    def keep_operators(self) -> None:
        """As leader: what whoever deploys shows."""
        self._as_leader("operators", lambda: operators.keep_operators(self._facts, as_admin(), self._parameters))

    def keep_pools(self) -> None:
        """As leader: what new workers begin with."""
        self._as_leader("pools", lambda: operators.keep_pools(self._facts, as_admin(), self._parameters))

    def keep_nodes(self) -> None:
        """As leader: forget the nodes whose instances are gone.

        Whoever is ready is there: an instance that has only lost its tags goes on with its pods.
        """
        if not self._leads():
            return
        self._servers()
        api = as_admin()
        there = instances.workers(aws.client(self._facts, "ec2"), self._facts)
        for node in api.get("/api/v1/nodes").get("items") or []:
            name = str(node["metadata"]["name"])
            found = requests.worker(name)
            missing = found and found.instance not in there and not is_ready(node)
            if missing and self._is_old(f"node {name}"):
                print(f"{name} is gone: forgotten", flush=True)
                api.gone(f"/api/v1/nodes/{name}")

    def replace(self) -> None:
        """As leader: have a master replaced that is not whole for long."""
        if not self._leads():
            return
        working, busy = self._group.in_service()
        found = self._masters()
        failed = self._watch.failed(working, found, busy)
        if failed:
            print(f"{failed} has been no whole master for {self._facts.unhealthy_after} s: to be replaced", flush=True)
            self._group.replace(failed)
        well = found.voters
        if well is not None:
            self._group.speak_for(lambda instance: self._is_silent(f"{self._facts.pool}-{instance}", well))

    def _is_silent(self, name: str, well: frozenset[str]) -> bool:
        """Whether a master that is to go can't speak: it has left, or has not answered for a while."""
        return name not in well and self._is_old(f"silent {name}")

    def snapshot(self) -> None:
        """As leader: keep what etcd holds, away from all masters."""
        every = self._facts.snapshot_minutes * 60
        self._as_leader("snapshot", lambda: snapshots.take(self._facts, Etcd()), every)

    def _as_leader(self, name: str, do: Callable[[], Any], every: float | None = None) -> None:
        """Once a minute at most where it works: each time reads many secrets, and every reading costs."""
        if time.monotonic() >= self._next.get(name, 0) and self._leads():
            do()
            self._next[name] = time.monotonic() + (every or min(_KEPT_FOR, self._facts.follow_within / 5))

    def _leads(self) -> bool:
        try:
            return Etcd().status().leads
        except (ApiError, OSError):
            return False

    def _masters(self) -> Masters:
        return masters(Etcd())
