"""Child processes of the toolchain: watched, bounded in time, and never left behind."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_TICK_SECONDS = 0.2
_GRACE_SECONDS = 5.0


class TimedOut(Exception):
    """A child took longer than it may; it has been ended."""


def run_watched(
    command: Sequence[str | os.PathLike[str]],
    log: Path,
    limit: float,
    tick: Callable[[str], None],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> int:
    """Run a command with its output in ``log``; calls ``tick`` with the log's last line; returns the exit code.

    The command and its children are a process group, which is ended after ``limit`` seconds (then raises TimedOut) and
    whenever this process is interrupted.
    """
    start = time.monotonic()
    with log.open("wb") as out:
        child = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while True:
            try:
                return child.wait(_TICK_SECONDS)
            except subprocess.TimeoutExpired:
                tick(last_lines(log, 1))
            if time.monotonic() - start > limit:
                raise TimedOut(f"took longer than {limit:.0f} s")
    finally:
        _end(child)


def last_lines(log: Path, count: int) -> str:
    """The last lines of a log."""
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 500 * count))
        return "\n".join(file.read().decode(errors="replace").split("\n")[-count - 1 :]).strip()


def version_output(program: Path, argument: str = "version") -> str | None:
    """What ``program version`` prints; None when it fails, as a version manager's shim without a version does."""
    try:
        done = subprocess.run(
            [program.name, *argument.split()],  # one that says its whole path would say the directory's version
            executable=program,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            # Some look for a newer release of themselves when asked; Go would fetch the one a go.mod asks for.
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true", "CHECKPOINT_DISABLE": "1", "GOTOOLCHAIN": "local"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return (done.stdout or done.stderr).decode(errors="replace") if done.returncode == 0 else None


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a process group, first politely."""
    for name, patience in ((signal.SIGTERM, _GRACE_SECONDS), (signal.SIGKILL, None)):
        if child.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, name)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)
