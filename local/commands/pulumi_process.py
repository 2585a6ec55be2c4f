"""A running Pulumi: started so that it can be interrupted well, and listened to while it works."""

import json
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, STDOUT
from typing import IO

import psutil

from local.commands.pulumi_events import Narrator
from local.paths import REPO, state_dir
from local.shell import tool

WIND_DOWN = 30.0
"""Seconds that Pulumi gets to end what it has begun."""
_GONE_WITHIN = 5.0
_STILL_EVERY = 10.0
_MARK = "FOXDEN_PULUMI"
"""In the environment of every Pulumi that is started here: the state directory."""

Report = Callable[[str], None]


class Told:
    """Passes on what the engine writes to its file of events, and says what is under way when nothing else is said."""

    def __init__(self, file: Path, narrator: Narrator, report: Report, watch: Callable[[], Sequence[str]]) -> None:
        self._file = file
        self._narrator = narrator
        self._report = report
        self._watch = watch
        self._read = 0
        self._said = self._begun = time.monotonic()

    def catch_up(self) -> None:
        """Read what is new."""
        for line in self._new_lines():
            for news in self._narrator.hear(json.loads(line)):
                self._report(news)
                self._said = time.monotonic()
        if self._narrator.under_way and time.monotonic() - self._said > _STILL_EVERY:
            self._report(f"still {', '.join(sorted(self._narrator.under_way.values()))}")
            for detail in self._watch():
                self._report(detail)
            self._said = time.monotonic()

    def _new_lines(self) -> list[bytes]:
        try:
            with self._file.open("rb") as file:
                file.seek(self._read)
                whole, newline, _ = file.read().rpartition(b"\n")
        except FileNotFoundError:
            return []
        self._read += len(whole) + len(newline)
        return whole.splitlines()


@contextmanager
def started(arguments: list[str], environ: Mapping[str, str], output: IO[str]) -> Iterator[psutil.Popen]:
    """A Pulumi in a session of its own: Ctrl-C reaches it through us, once, and not its plugins."""
    process = psutil.Popen(
        [str(tool("pulumi")), *arguments],
        cwd=REPO,
        env={**environ, _MARK: str(state_dir())},
        stdin=DEVNULL,
        stdout=output,
        stderr=STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            print("\nstopping: what is under way is being ended (Ctrl-C again: at once)", flush=True)
        wind_down(process, WIND_DOWN)
        raise


def wind_down(process: psutil.Process, patience: float) -> None:
    """Let Pulumi end what it does, then end it and its plugins by force. A second Ctrl-C cuts the patience short."""
    try:
        plugins = process.children(recursive=True)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(patience)
        except (psutil.TimeoutExpired, KeyboardInterrupt):
            process.kill()
    except psutil.NoSuchProcess:
        return
    for plugin in plugins:
        with suppress(psutil.NoSuchProcess):
            plugin.kill()
    psutil.wait_procs([process, *plugins], timeout=_GONE_WITHIN)


def living_pulumi(number: int) -> psutil.Process | None:
    """The Pulumi of that process id; None when it is gone, or the number is another program's by now."""
    try:
        process = psutil.Process(number)
        return process if process.name().startswith("pulumi") and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def was_started_here(process: psutil.Process) -> bool:
    """Whether :func:`started` did, for this state directory."""
    try:
        return process.environ().get(_MARK) == str(state_dir())
    except psutil.Error:  # gone, or another user's
        return False


def end_lost(patience: float) -> bool:
    """End what an earlier command started here and left running when it was killed; whether there was anything.

    Only for who holds the session, so that no command is at work. ``patience``: seconds for what it has begun.
    """
    lost = [process for process in psutil.process_iter() if was_started_here(process)]
    for process in lost:
        if living_pulumi(process.pid):
            wind_down(process, patience)
    for process in lost:  # plugins whose Pulumi was killed
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(lost, timeout=_GONE_WITHIN)
    return bool(lost)
