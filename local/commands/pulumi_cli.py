"""Pulumi's command line, for the stack of one environment: bounded in time, and safe to interrupt."""

import json
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from local.commands.pulumi_events import Narrator
from local.commands.pulumi_process import WIND_DOWN, Report, Told, living_pulumi, started, was_started_here, wind_down
from local.errors import LocalError
from local.paths import REPO, state_dir
from local.shell import environment
from local.stackfiles import stack_file, strip_salt, without_salt

_UP_WITHIN = 3600.0
_QUICK_WITHIN = 60.0
_LOCKED = "the stack is currently locked"
_MISSING = "no stack named"
_LOCK_HOLDER = re.compile(r"created by \S+@(\S+) \(pid (\d+)\)")


class Pulumi:
    """The stack of one environment.

    Pulumi writes into the file of a stack. It is given a copy, so that nothing it does, or leaves when it is killed,
    is ever seen in the checkout.
    """

    def __init__(
        self,
        env: str,
        report: Report,
        watch: Callable[[], Sequence[str]] = tuple,
        also: Mapping[str, str] | None = None,
    ) -> None:
        """``watch`` is asked now and then, while nothing else is to be said, what to add about what is under way.

        ``also`` is further ENV of Pulumi and its plugins.
        """
        self._env = env
        self._report = report
        self._watch = watch
        self._environ = {**environment(), "PULUMI_DEBUG_COMMANDS": "true", **(also or {})}  # for --event-log
        self._work = state_dir() / "pulumi-work" / env

    @property
    def log(self) -> Path:
        """What Pulumi itself printed, of the last up or destroy."""
        return state_dir() / "logs" / f"pulumi-{self._env}.log"

    def up(self, limit: float = _UP_WITHIN) -> Narrator:
        """Bring the stack up, made first if it is not there. Raises LocalError with Pulumi's errors."""
        with self._prepared():
            narrator, failure = self._engine("up", "--skip-preview", limit=limit)
            if failure and _MISSING in failure:
                self._quick("stack", "init", self._env, "--cwd", str(self._work))
                narrator, failure = self._engine("up", "--skip-preview", limit=limit)
            if failure is None and narrator.pending:
                self._clear_pending()
            if failure:
                raise LocalError(failure)
            return narrator

    def preview(self, narrator: Narrator, *options: str, limit: float = _UP_WITHIN) -> int:
        """Let a narrator hear what an update would do; how Pulumi ended, with 0 for well."""
        with self._prepared():
            return self._follow(["preview", *options], narrator, limit)

    def look(self, narrator: Narrator, limit: float = _UP_WITHIN) -> None:
        """Let a narrator hear what is really there; the state is left as it is. Raises LocalError with the errors."""
        with self._prepared():
            if self._follow(["refresh", "--preview-only"], narrator, limit):
                said = "\n".join(narrator.errors) or _errors_in(self.log.read_text(errors="replace"))
                raise LocalError(
                    f"cannot see what is there of '{self._env}' (all that was said is in {self.log}):\n{said}"
                )

    def destroy(self, limit: float) -> None:
        """Take away all that the stack made, and the stack. Nothing happens when there is none."""
        with self._prepared():
            _, failure = self._engine("destroy", "--skip-preview", limit=limit)
            if failure and _MISSING not in failure:
                raise LocalError(failure)
            if failure is None:
                self.forget()

    def output(self, name: str) -> Any:
        """An output of the stack, as data; None when it has none of that name."""
        code, said = self._run("stack", "output", name, "--json", "--stack", self._env)
        try:
            return None if code else json.loads(said)
        except ValueError:
            return None

    def exported(self) -> str:
        """The stack's state as Pulumi exports it; what is secret stays encrypted. Raises LocalError for none."""
        code, said = self._run("stack", "export", "--stack", self._env)
        if code:
            if _MISSING in said:
                where = self._environ["PULUMI_BACKEND_URL"]
                raise LocalError(
                    f"there is no stack '{self._env}' in {where}: PULUMI_BACKEND_URL says where its state is"
                )
            raise LocalError(f"cannot read the state of '{self._env}': {_errors_in(said)}")
        return said

    def forget(self) -> None:
        """Remove the stack with all that Pulumi knows of it; what it made stays. Nothing happens when there is none."""
        code, said = self._run("stack", "rm", "--force", "--yes", "--preserve-config", "--stack", self._env)
        if code and _MISSING not in said:
            raise LocalError(f"cannot remove the stack '{self._env}': {said}")

    def _clear_pending(self) -> None:
        self._report("clearing what an earlier run left half done")
        _, failure = self._engine("refresh", "--skip-preview", "--clear-pending-creates", limit=_UP_WITHIN)
        if failure:
            raise LocalError(failure)

    @contextmanager
    def _prepared(self) -> Iterator[None]:
        """The copy of the files that Pulumi is to read and may write."""
        strip_salt(self._env)
        try:
            self._work.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(REPO / "Pulumi.yaml", self._work / "Pulumi.yaml")
            source = stack_file(self._env)
            content = without_salt(source.read_bytes()) if source.exists() else b"config: {}\n"
            (self._work / source.name).write_bytes(content)
        except OSError as error:
            raise LocalError(f"cannot get {self._work} ready: {error}") from None
        try:
            yield
        finally:
            strip_salt(self._env)

    def _engine(self, command: str, *options: str, limit: float, again: bool = True) -> tuple[Narrator, str | None]:
        """Run an operation of the engine; what it told, and the reason if it failed."""
        narrator = Narrator()
        code = self._follow([command, *options, "--yes"], narrator, limit)
        if code == 0:
            return narrator, None
        said = self.log.read_text(errors="replace")
        if _LOCKED in said and again:
            self._unlock(said)
            return self._engine(command, *options, limit=limit, again=False)
        reason = "\n".join(narrator.errors) or _errors_in(said) or f"it ended with exit code {code}"
        return narrator, f"pulumi {command} failed (all it said is in {self.log}):\n{reason}"

    def _follow(self, arguments: list[str], narrator: Narrator, limit: float) -> int:
        events = self.log.with_suffix(".events")
        events.unlink(missing_ok=True)
        where = ["--stack", self._env, "--config-file", str(self._work / stack_file(self._env).name)]
        how = ["--non-interactive", "--color", "never", "--event-log", str(events)]
        with self.log.open("w") as log, started([*arguments, *where, *how], self._environ, log) as process:
            told = Told(events, narrator, self._report, self._watch)
            deadline = time.monotonic() + limit
            while process.poll() is None:
                if time.monotonic() > deadline:
                    raise LocalError(f"pulumi {arguments[0]} was not through within {limit:.0f} s; see {self.log}")
                told.catch_up()
                time.sleep(0.1)
            told.catch_up()
        events.unlink(missing_ok=True)
        return int(process.returncode)

    def _unlock(self, said: str) -> None:
        """Remove the lock that a run left when it was killed; end that run if it lives on without its command."""
        for host, number in _LOCK_HOLDER.findall(said):
            holder = living_pulumi(int(number))
            if host != socket.gethostname() or (holder and not was_started_here(holder)):
                raise LocalError(
                    f"pulumi is at work on the stack '{self._env}' ({host}, pid {number}): wait until it has ended, or "
                    f"run 'pulumi cancel {self._env}' if it has not ended well"
                )
            if holder:
                self._report(f"ending an earlier pulumi that lost its command (pid {number})")
                wind_down(holder, WIND_DOWN)
        self._quick("cancel", "--yes", "--stack", self._env)

    def _quick(self, *arguments: str) -> None:
        code, said = self._run(*arguments)
        if code:
            raise LocalError(f"pulumi {arguments[0]} failed: {said}")

    def _run(self, *arguments: str) -> tuple[int, str]:
        output = self._work / "output"
        self._work.mkdir(parents=True, exist_ok=True, mode=0o700)
        with output.open("w") as file, started([*arguments, "--non-interactive"], self._environ, file) as process:
            try:
                process.wait(_QUICK_WITHIN)
            except psutil.TimeoutExpired:
                raise LocalError(f"pulumi {arguments[0]} did not end within {_QUICK_WITHIN:.0f} s") from None
        return process.returncode, output.read_text(errors="replace").strip()


def _errors_in(said: str) -> str:
    lines = [line.strip() for line in said.splitlines()]
    return "\n".join(line for line in lines if line.startswith("error:")) or "\n".join(lines[-5:]).strip()
