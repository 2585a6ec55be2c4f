"""When the next step of a rotation may be done: not before all nodes have followed the one before."""

import math
import time

from .parameters import Parameters


def follow(seconds: float) -> str:
    """What people are told of how long nodes take."""
    return f"Every node follows within {f'{seconds / 3600:g} hours' if seconds >= 7200 else f'{seconds:g} seconds'}."


class Steps:
    """Those of one rotation."""

    def __init__(self, parameters: Parameters, name: str) -> None:
        self._parameters = parameters
        self._due = f"servers/{name}-due"

    def done(self, step: int, within: float) -> None:
        """Keep that a step is done, which all nodes follow within so many seconds."""
        self._parameters.replace(self._due, f"{step} {math.ceil(time.time() + within)}", public=True)

    def check(self, step: int) -> float:
        """Since when all nodes have followed a step, as time; SystemExit, with the seconds that are left, before.

        An older program has kept no time: whoever calls has waited, and it is 0.
        """
        kept, _, due = (self._parameters.read(self._due) or "").partition(" ")
        since = float(due) if kept == str(step) else 0
        left = math.ceil(since - time.time())
        if left > 0:
            raise SystemExit(f"Too early: not every node has followed step {step} yet. Call this again in {left} s.")
        return since

    def over(self) -> None:
        """Forget it: nothing has to wait for the last step."""
        self._parameters.forget(self._due)
