"""Which server a group should replace."""

from collections.abc import Callable, Collection
from typing import Protocol

from .facts import Facts

_LOOKS_EVERY = 30
"""Seconds from one look to the next at the most; what is more, nobody has looked at anybody."""


class Found(Protocol):
    """Which servers are whole members, as somebody found them."""

    def whole(self) -> frozenset[str]:
        """Their node names."""

    def without(self, name: str) -> int | None:
        """How many decide without that one; None where nobody could say."""


class Watch:
    """For how long each server has been no whole member."""

    def __init__(self, facts: Facts, clock: Callable[[], float]) -> None:
        self._facts = facts
        self._clock = clock
        self._since: dict[str, float] = {}
        self._known: frozenset[str] = frozenset()
        self._looked = clock()

    def failed(self, instances: Collection[str], found: Found, busy: bool) -> str | None:
        """The instance to replace now, if there is one.

        ``instances`` are those in service. It is the one that has been no whole member for longest, and for long
        enough; where all begin anew they come one after the other, and whoever waits for another is not late. The
        others must be enough to decide, and no instance may be on its way, in or out (``busy``): so they are replaced
        one after the other.
        """
        now, before = self._clock(), self._looked
        self._looked = now
        nobody_says = found.without("") is None
        # Time in which nobody could say, or looked, counts for nobody: all would be away for long once somebody can.
        unseen = now - before if nobody_says else max(0.0, now - before - _LOOKS_EVERY)
        self._since = {name: since + unseen for name, since in self._since.items()}
        if nobody_says:
            return None
        come = found.whole() - self._known
        if come:
            self._known |= come
            self._since = {}
        names = {f"{self._facts.pool}-{instance}": instance for instance in instances}
        ailing = [name for name in sorted(names) if name not in found.whole()]
        self._since = {name: self._since.get(name, now) for name in ailing}
        if busy or not ailing:
            return None
        longest = min(ailing, key=self._since.__getitem__)
        others = found.without(longest)
        long = now - self._since[longest] >= self._facts.unhealthy_after
        return names[longest] if long and others is not None and others >= self._facts.quorum else None
