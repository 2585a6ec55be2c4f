"""What everybody on the machine can see of processes, also of those that live for a moment only."""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from tests.engine.harness.meanwhile import again_and_again

_EVERY = 0.05


class CommandLines:
    """All command lines that were seen."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def __len__(self) -> int:
        return len(self._seen)

    def look(self) -> None:
        """Note those of this moment."""
        for process in psutil.process_iter():
            try:
                self._seen.add("\0".join(process.cmdline()))
            except psutil.Error:
                continue

    def holding(self, needle: str) -> list[str]:
        """The programs that had it in their command line; not the whole line, for it may be a secret."""
        return sorted({line.split("\0")[0] for line in self._seen if needle in line})


@contextmanager
def command_lines() -> Iterator[CommandLines]:
    """Look at all processes, many times a second, while the block runs."""
    seen = CommandLines()
    with again_and_again(seen.look, _EVERY):
        yield seen
