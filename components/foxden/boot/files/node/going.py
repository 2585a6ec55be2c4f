"""How a node goes for good, and what has a worker move its work away before."""

from collections.abc import Callable
from typing import NoReturn

from .duties import Gone
from .facts import Facts
from .group import Group
from .waiting import until

_TAKEN_WITHIN = 100
"""Seconds after a notice in which a worker's work must have moved: the machine is there for 20 more."""
_TOLD_WITHIN = 900
"""Seconds for which the group is told again and again. There is nothing else left to do."""


def farewell(group: Group) -> NoReturn:
    """Tell the group that this node has handed over its work. Raises Gone."""
    until(group.left, _TOLD_WITHIN, group.heartbeat)
    raise Gone


class Going:
    """A worker's work moves once, whatever calls for it; it leaves only when that is its group's wish."""

    def __init__(
        self, facts: Facts, group: Group, what: str, move: Callable[[int], bool], leave: Callable[[], None]
    ) -> None:
        """``what`` the work is called. ``move`` has so many seconds, and says whether all of it moved."""
        self._facts = facts
        self._group = group
        self._what = what
        self._move = move
        self._leave = leave
        self._moved = False

    def look(self) -> None:
        """Do what there is to be done. Raises Gone when the node has left."""
        terminating, taken = self._group.is_terminating(), self._group.is_taken()
        if not self._moved and (terminating or taken or self._group.is_at_risk()):
            print(f"this node goes: moving its {self._what} elsewhere", flush=True)
            deadline = min(_TAKEN_WITHIN, self._facts.drain_deadline) if taken else self._facts.drain_deadline
            print(f"its {self._what} are gone" if self._move(deadline) else "its time is up", flush=True)
            self._moved = True
        if terminating:
            self._leave()
            farewell(self._group)
