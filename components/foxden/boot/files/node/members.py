"""Which servers are whole members of both rafts, and which of them a group should replace."""

from collections.abc import Collection, Mapping
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

    def without(self, name: str) -> int | None:
        """How many others decide in that raft that has the fewest; None where nobody could say."""
        if self.consul is None or self.nomad is None:
            return None
        return min(len(raft - {name}) for raft in (self.consul, self.nomad))


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
