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
    """Where processes are grouped here: one place on a system of today, one for each controller on an older one."""
    if (_ROOT / "cgroup.controllers").exists():
        return [_ROOT]
    return [path for path in sorted(_ROOT.iterdir()) if not path.is_symlink() and (path / "cgroup.procs").exists()]


@dataclass(frozen=True)
class Group:
    """The group of this name, in every hierarchy."""

    name: str

    @property
    def paths(self) -> list[Path]:
        return [path / PREFIX / self.name for path in hierarchies()]

    def make(self) -> None:
        for path in self.paths:
            for each in (path.parent, path):
                each.mkdir(exist_ok=True)
                _usable(each)

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


def _usable(group: Path) -> None:
    """Let processes be in a new group, and groups below it have limits."""
    for name in ("cpuset.cpus", "cpuset.mems"):
        file = group / name
        if (group.parent / "cgroup.clone_children").exists() and file.exists():
            file.write_text((group.parent / name).read_text())
    above = group.parent / "cgroup.subtree_control"
    if above.exists() and (_ROOT / "cgroup.controllers").exists():
        for controller in (group.parent / "cgroup.controllers").read_text().split():
            with contextlib.suppress(OSError):  # one that is in use elsewhere
                above.write_text(f"+{controller}")
