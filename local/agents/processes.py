"""The processes and mounts that belong to a state directory, and their end."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from local.agents.plan import agents_dir

MARK = "FOXDEN_CLUSTER"
"""In the environment of every agent, and through Nomad of every task: the state directory it was started from."""
MARK_SET = "FOXDEN_PORT_SET"
"""Beside it: the number of the cluster's port set, so that another cluster keeps off while an agent is restarted."""
_NOMAD_PLACES = ("NOMAD_ALLOC_DIR", "NOMAD_TASK_DIR", "NOMAD_SECRETS_DIR")


@dataclass(frozen=True)
class Facts:
    """What is looked at of a process."""

    pid: int
    environ: Mapping[str, str]
    command: Sequence[str]
    exe: str


def belongs(facts: Facts, state: Path) -> bool:
    """Whether a process was started from this state directory's cluster.

    By what it was given, never by where it stands or what it reads: a shell in the directory, an editor or ``tail`` on
    one of its logs is the user's own.
    """
    if facts.environ.get(MARK) == str(state):
        return True
    agents = state / "agents"
    if any(is_below(facts.environ.get(name, ""), agents) for name in _NOMAD_PLACES) or is_below(facts.exe, agents):
        return True
    return is_agent(facts, state)


def is_agent(facts: Facts, state: Path) -> bool:
    """Whether it is a Consul or Nomad agent, or the supervisor, with its configuration below this state directory."""
    agents = state / "agents"
    words = list(facts.command)
    supervisor = "supervisor.supervisord" in words
    agent = words[1:2] == ["agent"]
    configs = [word.partition("=")[2] if word.startswith("-config") else word for word in words[1:]]
    return (supervisor or agent) and any(is_below(word, agents) for word in configs)


def is_below(path: str, directory: Path) -> bool:
    """Whether an absolute path lies below a directory; as text, for it may be gone."""
    return path.startswith(f"{directory}{os.sep}")


def _facts(process: psutil.Process) -> Facts | None:
    """None for one that is gone, or another user's and so none of ours."""
    try:
        environ = process.environ()
        with process.oneshot():
            command = process.cmdline()
            try:
                exe = process.exe()
            except psutil.AccessDenied:
                exe = ""
    except (psutil.Error, OSError):
        return None
    return Facts(process.pid, environ, command, exe)


def find(wanted: Callable[[Facts], bool]) -> list[psutil.Process]:
    """The processes of which ``wanted`` is true, without this one and those it came from."""
    me = psutil.Process()
    spared = {me.pid, *(parent.pid for parent in me.parents())}
    found = []
    for process in psutil.process_iter():
        facts = _facts(process) if process.pid not in spared else None
        if facts and wanted(facts):
            found.append(process)
    return found


def ours(state: Path) -> list[psutil.Process]:
    """All processes of this state directory's cluster, with their descendants."""
    me = os.getpid()
    found: dict[int, psutil.Process] = {}
    for process in find(lambda facts: belongs(facts, state)):
        found[process.pid] = process
        try:
            children = process.children(recursive=True)
        except psutil.Error:
            continue
        found.update({child.pid: child for child in children if child.pid != me})
    return list(found.values())


def end(select: Callable[[], list[psutil.Process]], grace: float, limit: float) -> list[psutil.Process]:
    """End the processes that ``select`` finds: politely, after ``grace`` seconds by force, until ``limit`` seconds.

    Looks again each time, for a dying parent may leave new orphans. Returns those that would not go.
    """
    begun = time.monotonic()
    known: set[psutil.Process] = set()
    left = set(select())
    for process in left:
        _signal(process.terminate)
    while left and time.monotonic() < begun + limit:
        known |= left
        psutil.wait_procs(left, timeout=0.2)
        # One that is dying can no longer be looked at, and yet holds its ports until it is gone.
        left = set(select()) | {process for process in known if _lives(process)}
        if time.monotonic() > begun + grace:
            for process in left:
                _signal(process.kill)
    return list(left)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def plugin_sockets(found: Iterable[psutil.Process]) -> list[Path]:
    """The sockets of Nomad's plugin processes in the temporary directory: one that is killed leaves its own there."""
    paths = set()
    for process in found:
        try:
            paths |= {Path(str(c.laddr)) for c in process.net_connections(kind="unix") if c.laddr}
        except (psutil.Error, OSError):
            continue
    return [path for path in paths if path.parent == Path(tempfile.gettempdir()) and path.name.startswith("plugin")]


def listening(found: Iterable[psutil.Process]) -> set[int]:
    """The TCP and UDP ports that these processes listen on."""
    ports = set()
    for process in found:
        try:
            ports |= {one.laddr.port for one in process.net_connections(kind="inet") if one.laddr and not one.raddr}
        except (psutil.Error, OSError):
            continue
    return ports


def _signal(send: Callable[[], None]) -> None:
    with suppress(psutil.Error):
        send()


def claimed_sets(state: Path) -> set[int]:
    """The port sets of this user's other clusters, whether or not each port is listened on at this moment."""
    claimed: set[int] = set()

    def note(facts: Facts) -> bool:
        number = facts.environ.get(MARK_SET, "")
        if number.isdigit() and facts.environ.get(MARK) != str(state):
            claimed.add(int(number))
        return False

    find(note)
    return claimed


def mounts_below(directory: Path, table: Iterable[str]) -> list[str]:
    """The mount points below a directory in the lines of ``/proc/self/mounts``, the innermost first."""
    points = [_unescape(line.split()[1]) for line in table if line.strip()]
    return sorted((point for point in points if is_below(point, directory)), key=len, reverse=True)


def _unescape(point: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, character)
    return point


def unmount_all() -> list[str]:
    """Undo the mounts of tasks (tmpfs for secrets, the shared directory); returns those that stay."""
    if not sys.platform.startswith("linux"):
        return []
    for options in ([], ["--lazy"]):
        for point in _mounts():
            subprocess.run(["umount", *options, point], capture_output=True, timeout=10, check=False)
    return _mounts()


def _mounts() -> list[str]:
    return mounts_below(agents_dir(), Path("/proc/self/mounts").read_text().splitlines())


def describe(processes: Iterable[psutil.Process]) -> str:
    """Names and ids for an error."""
    words = []
    for process in processes:
        try:
            words.append(f"{process.name()} (pid {process.pid})")
        except psutil.Error:
            continue
    return ", ".join(words)
