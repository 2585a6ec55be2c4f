"""Which servers are whole members of both rafts, and which of them a group should replace."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .api import Api
from .facts import Facts


@dataclass(frozen=True)
class Members:
    """The healthy voters by node name; None where nobody could say."""

    consul: frozenset[str] | None
    nomad: frozenset[str] | None

    def whole(self) -> frozenset[str]:
        """Those that are members of both."""
        return (self.consul or frozenset()) & (self.nomad or frozenset())


def voters(health: Mapping[str, Any] | None) -> frozenset[str] | None:
    """The healthy voters in the answer of an autopilot."""
    if health is None:
        return None
    found = [each for each in health.get("Servers") or [] if each.get("Healthy") and each.get("Voter")]
    return frozenset(str(each["Name"]).removesuffix(".global") for each in found)


def members(consul: Api, nomads: Collection[Api]) -> Members:
    """What this Consul agent knows, and the first Nomad agent that knows anything."""
    path = "/v1/operator/autopilot/health"
    said = (voters(api.peek(path)) for api in nomads)
    return Members(voters(consul.peek(path)), next((each for each in said if each is not None), None))


def is_member(facts: Facts, found: Members) -> bool:
    """Whether this server votes in both rafts."""
    return facts.name in found.whole()


class Watch:
    """For how long each server has been no whole member."""

    def __init__(self, facts: Facts, clock: Callable[[], float]) -> None:
        self._facts = facts
        self._clock = clock
        self._since: dict[str, float] = {}

    def failed(self, instances: Collection[str], found: Members, busy: bool) -> str | None:
        """The instance to replace now, if there is one.

        ``instances`` are those in service. It is the one that has been no whole member for longest, and for long
        enough. The others must be enough to decide in both rafts, and no instance may be on its way, in or out
        (``busy``): so they are replaced one after the other.
        """
        now = self._clock()
        names = {f"{self._facts.pool}-{instance}": instance for instance in instances}
        ailing = [name for name in sorted(names) if name not in found.whole()]
        self._since = {name: self._since.get(name, now) for name in ailing}
        if busy or not ailing or found.consul is None or found.nomad is None:
            return None
        longest = min(ailing, key=self._since.__getitem__)
        others = min(len(raft - {longest}) for raft in (found.consul, found.nomad))
        long = now - self._since[longest] >= self._facts.unhealthy_after
        return names[longest] if long and others >= self._facts.quorum else None
