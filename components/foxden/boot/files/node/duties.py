"""What a node does again and again. A duty that fails is tried again, and keeps no other from being done."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_SOON = 2
"""Seconds after which what failed is tried again."""


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
                self._due[duty] = self._clock() + min(duty.every, _SOON)
                continue
            self._due[duty] = self._clock() + duty.every

    def _say(self, duty: Duty, text: str) -> None:
        if text and self._said.get(duty) != text:
            print(f"{duty.name}: {text}", flush=True)
        self._said[duty] = text
