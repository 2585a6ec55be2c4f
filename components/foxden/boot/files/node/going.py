"""How a node goes for good, and what has a worker move its work away before."""

import time
from collections.abc import Callable
from typing import NoReturn

from .duties import Gone
from .facts import Facts
from .group import Group
from .waiting import never, until

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
        self,
        facts: Facts,
        group: Group,
        what: str,
        move: Callable[[int, Callable[[], bool]], bool],
        leave: Callable[[], None],
    ) -> None:
        """``what`` the work is called.

        ``move`` has so many seconds, ends also when what it is given says so, and says whether all of the work moved.
        It may be called again, with less time.
        """
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
            print(f"its {self._what} are gone" if self._all_moved(taken) else "its time is up", flush=True)
            self._moved = True
        if terminating:
            self._leave()
            farewell(self._group)

    def _all_moved(self, taken: bool) -> bool:
        """Whether all of the work moved in time, of which there is less as soon as the cloud takes the node."""
        end = time.monotonic() + self._facts.drain_deadline
        if not taken:
            if self._move(self._facts.drain_deadline, self._group.is_taken):
                return True
            if not self._group.is_taken():
                return False
            print("the cloud takes this node: less time is left", flush=True)
        left = max(1, int(end - time.monotonic()))
        return self._move(min(_TAKEN_WITHIN, left), never)
