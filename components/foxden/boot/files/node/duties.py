"""What a node does again and again. A duty that fails is tried again, and keeps no other from being done."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .facts import Facts

_SOON, _LATE = 2, 60
"""Seconds after which what failed is tried again: at first, and at the most where it fails again and again."""


@dataclass(frozen=True)
class Duty:
    """One of them."""

    name: str
    every: float
    """Seconds from one time to the next."""
    do: Callable[[], None]


class Done(Exception):
    """Raised by a duty that need not be done again."""


class Gone(Exception):
    """Raised by the duty after which there is nothing left to do."""


class Duties:
    """Does each when it is due."""

    def __init__(self, duties: Sequence[Duty], clock: Callable[[], float] = time.monotonic) -> None:
        self._due = dict.fromkeys(duties, 0.0)
        self._clock = clock
        self._said: dict[Duty, str] = {}
        self._failed: dict[Duty, int] = {}

    def once(self) -> None:
        """Do all that are due. Gone is passed on."""
        for duty in [duty for duty, due in self._due.items() if self._clock() >= due]:
            try:
                duty.do()
                self._say(duty, "")
            except Gone:
                raise
            except Done:
                self._say(duty, "done")
                del self._due[duty]
                continue
            except Exception as error:  # whatever it is, the node goes on
                self._say(duty, f"{type(error).__name__}: {error}")
                times = self._failed[duty] = self._failed.get(duty, 0) + 1
                self._due[duty] = self._clock() + min(duty.every, _LATE, _SOON * 2 ** min(times - 1, 5))
                continue
            self._failed.pop(duty, None)
            self._due[duty] = self._clock() + duty.every

    def _say(self, duty: Duty, text: str) -> None:
        if text and self._said.get(duty) != text:
            print(f"{duty.name}: {text}", flush=True)
        self._said[duty] = text


def refresh(facts: Facts, do: Callable[[], None]) -> Duty:
    """To follow what changed of the secrets, before others count on it, and to renew certificates before they end.

    Not on all nodes at the same time: a change of secrets must not stop what is started again for it everywhere. What
    the leader makes of it is there a fifth of the time later.
    """
    often = min(facts.follow_within, facts.certificate_hours * 3600 / 20) * random.uniform(0.4, 0.8)  # noqa: S311
    return Duty("refresh", often, do)


def run(duties: Sequence[Duty]) -> None:
    """Do them until the node is gone, and nothing more then."""
    own = Duties(duties)
    try:
        while True:
            own.once()
            time.sleep(1)
    except Gone:
        print("this node has left its cluster", flush=True)
        while True:  # until the machine is taken away
            time.sleep(60)
