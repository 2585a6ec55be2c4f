"""What a long step says while it runs."""

import sys
import time
from typing import TextIO

QUIET_SECONDS = 15.0
"""How often a step that goes on says so where there is no terminal to rewrite a line of."""

_REDRAW_SECONDS = 0.2
_WIDTH = 100


class Progress:
    """Lines about one tool, each with the time since its start; on a terminal the last one is rewritten in place."""

    def __init__(self, title: str, out: TextIO | None = None) -> None:
        self._title = title
        self._out = out or sys.stderr
        self._live = self._out.isatty()
        self._start = time.monotonic()
        self._said = self._start
        self._open = False

    @property
    def seconds(self) -> float:
        """The time since the start."""
        return time.monotonic() - self._start

    def say(self, text: str) -> None:
        """Print a line that stays."""
        self._close()
        print(self._line(text), file=self._out, flush=True)
        self._said = time.monotonic()

    def tick(self, text: str) -> None:
        """Show how far a step is; call it as often as you like."""
        now = time.monotonic()
        if now - self._said < (_REDRAW_SECONDS if self._live else QUIET_SECONDS):
            return
        if self._live:
            print(f"\r{self._line(text)[:_WIDTH]:<{_WIDTH}}", end="", file=self._out, flush=True)
            self._open = True
            self._said = now
        else:
            self.say(text)

    def close(self) -> None:
        """End a line that was being rewritten."""
        self._close()

    def _line(self, text: str) -> str:
        return f"{self._title}: {text} [{self.seconds:.0f} s]"

    def _close(self) -> None:
        if self._open:
            print(file=self._out, flush=True)
            self._open = False
