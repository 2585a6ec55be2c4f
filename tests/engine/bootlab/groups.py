"""Control groups: who belongs to a host, also what it started and forgot."""

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from tests.engine.harness.waiting import until

PREFIX = "foxden-bootlab"

_ROOT = Path("/sys/fs/cgroup")


def hierarchies() -> list[Path]:
    """Where processes are grouped here: one place on a system of today, two on one that mixes old and new."""
    if (_ROOT / "cgroup.controllers").exists():
        return [_ROOT]
    return [path for path in (_ROOT / "systemd", _ROOT / "unified") if path.exists()]


@dataclass(frozen=True)
class Group:
    """The group of this name, in every hierarchy."""

    name: str

    @property
    def paths(self) -> list[Path]:
        return [path / PREFIX / self.name for path in hierarchies()]

    def make(self) -> None:
        for path in self.paths:
            path.mkdir(parents=True, exist_ok=True)

    def members(self) -> set[int]:
        """The processes in it, and in all groups below."""
        found: set[int] = set()
        for path in self.paths:
            for file in path.rglob("cgroup.procs"):
                try:
                    found |= {int(pid) for pid in file.read_text().split()}
                except OSError:  # the group just went
                    continue
        return found - {0}

    def kill(self) -> None:
        """End all its processes at once, and see that they are gone."""
        for pid in self.members():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        until(lambda: not self.members(), f"the processes of {self.name} have ended", 20)

    def remove(self) -> None:
        """Remove the group, empty as it must be."""
        for path in self.paths:
            for directory in sorted(path.rglob("*"), reverse=True):
                if directory.is_dir():
                    directory.rmdir()
            if path.exists():
                path.rmdir()
            with contextlib.suppress(OSError):  # another lab is there
                path.parent.rmdir()
