"""Short lines about what happens, with the time since the beginning."""

import time
from collections.abc import Callable


class Progress:
    """Reports steps: ``   2.1 s  Consul has a leader``."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._begun = time.monotonic()

    def step(self, text: str) -> None:
        """Say one line."""
        self._report(f"{time.monotonic() - self._begun:6.1f} s  {text}")
