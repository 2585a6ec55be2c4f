"""What a site has left on the machine, found without asking the code that is meant to remove it."""

import os
import subprocess
from pathlib import Path

import psutil


def processes_of(state: Path) -> list[psutil.Process]:
    """Processes that have to do with a state directory: by command line, ENV, program or working directory."""
    me = psutil.Process()
    spared = {me.pid, *(parent.pid for parent in me.parents())}
    others = (process for process in psutil.process_iter() if process.pid not in spared)
    return [process for process in others if _mentions(process, str(state))]


def _mentions(process: psutil.Process, state: str) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False  # ended; whoever started it has not asked for its exit code yet
        words = [process.cwd(), process.exe(), *process.cmdline(), *process.environ().values()]
    except (psutil.Error, OSError):
        return False
    return any(state in word for word in words)


def described(processes: list[psutil.Process]) -> list[str]:
    """Id and command line of each."""
    lines = []
    for process in processes:
        try:
            lines.append(f"{process.pid}: {' '.join(process.cmdline())[:200]}")
        except psutil.Error:
            continue
    return lines


def listening(state: Path) -> set[int]:
    """The TCP ports that the site's processes listen on."""
    ports = set()
    for process in processes_of(state):
        try:
            found = process.net_connections(kind="tcp")
        except psutil.Error:
            continue
        ports |= {one.laddr.port for one in found if one.status == psutil.CONN_LISTEN and one.laddr}
    return ports


def listeners(ports: set[int], before: float) -> dict[int, str]:
    """Port -> who listens on it, of programs that were started ``before`` that time.

    Another cluster on this machine may take a port as soon as it is free, and that is its good right.
    """
    found = {}
    for one in psutil.net_connections(kind="tcp"):
        port = one.laddr.port if one.laddr else None
        if one.status == psutil.CONN_LISTEN and port in ports and one.pid:
            try:
                process = psutil.Process(one.pid)
                if process.create_time() < before:
                    found[port] = process.name()
            except psutil.Error:
                continue
    return found


def mounts(state: Path) -> list[str]:
    """Mount points below the state directory."""
    table = Path("/proc/self/mounts")
    if not table.exists():
        return []
    points = [line.split()[1] for line in table.read_text().splitlines()]
    return [point for point in points if point.startswith(f"{state}{os.sep}")]


def files_below(*places: Path) -> list[Path]:
    """All files there, though some, or whole directories, are being removed by others."""
    return [Path(directory, name) for place in places for directory, _, names in os.walk(place) for name in names]


def content(file: Path) -> bytes:
    """What is in a file; nothing where it went since it was listed, as logs of ended instances do."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def nothing_left(state: Path, ports: set[int], since: float) -> None:
    """Fails when a process, an open port or a mount of the site is still there; ``since`` is when it was to go."""
    left = described(processes_of(state))
    assert not left, "processes are left:\n" + "\n".join(left)
    open_ports = listeners(ports, since)
    assert not open_ports, f"ports of the site are still open: {open_ports}"
    assert not mounts(state), f"mounts are left: {mounts(state)}"


def removed_by_force(state: Path) -> None:
    """End and unmount all that a site has left, so that a failed test leaves nothing running."""
    for process in processes_of(state):
        try:
            process.kill()
        except psutil.Error:
            continue
    for point in sorted(mounts(state), key=len, reverse=True):
        subprocess.run(["umount", "--lazy", point], check=False, capture_output=True, timeout=30)
