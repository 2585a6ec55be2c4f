"""Running a command as a user does: bounded in time, with everything it said when it fails."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_TO_END = 10.0
"""Seconds between being asked to end and being killed."""


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    command: Sequence[str]
    code: int
    output: str
    """What it wrote to standard output and error, in the order in which it did."""
    seconds: float

    def __str__(self) -> str:
        return f"{' '.join(self.command)} ended with {self.code} after {self.seconds:.1f} s and said:\n{self.output}"


class Running:
    """A command in a process group of its own, so that a Ctrl-C can be sent to it alone. Ends with its block."""

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str], stdin: str = "") -> None:
        self.command = list(command)
        self._begun = time.monotonic()
        # Files, not pipes: what the command leaves running in the background may keep them open.
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (closed at the block's end)
        with tempfile.TemporaryFile() as given:
            given.write(stdin.encode())
            given.seek(0)
            self.process = subprocess.Popen(
                self.command,
                cwd=cwd,
                env=dict(env),
                stdin=given,
                stdout=self._output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()
        self._output.close()

    @property
    def output(self) -> str:
        """What it has said so far."""
        size = os.fstat(self._output.fileno()).st_size
        return os.pread(self._output.fileno(), size, 0).decode(errors="replace")

    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._begun

    def signal_group(self, number: int) -> None:
        """Send a signal to the command and its children, as a terminal does."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return

    def wait(self, within: float) -> Done:
        """Wait for its end; fails with what it said when it takes longer than ``within`` seconds."""
        try:
            code = self.process.wait(timeout=within)
        except subprocess.TimeoutExpired:
            self.end()
            raise AssertionError(
                f"{' '.join(self.command)} was not done within {within:g} s and said:\n{self.output}"
            ) from None
        return Done(self.command, code, self.output, self.seconds())

    def end(self) -> None:
        """End it, by force if it doesn't listen."""
        for number in (signal.SIGINT, signal.SIGKILL):
            if self.process.poll() is not None:
                return
            self.signal_group(number)
            try:
                self.process.wait(timeout=_TO_END)
            except subprocess.TimeoutExpired:
                continue


def run(command: Sequence[str], cwd: Path, env: Mapping[str, str], within: float, expect: int | None = 0) -> Done:
    """Run a command to its end; fails when it ends with another code than ``expect`` (None: any will do)."""
    with Running(command, cwd, env) as running:
        done = running.wait(within)
    assert expect is None or done.code == expect, f"expected exit code {expect}: {done}"
    return done
