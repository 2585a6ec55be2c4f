"""Looks for secrets on a host: in every file, in what every process was started with, and in the journal."""

import base64
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.engine.bootlab.host import Host

_LARGEST = 64 * 1024 * 1024
"""Bytes; programs are larger, and were made before there were any secrets."""
_NOT_STORED = ("proc", "sys", "dev")


def forms(value: str) -> list[bytes]:
    """How a secret may be written: as it is, as JSON and PEM have it, and encoded."""
    plain = value.encode()
    longest = max(value.splitlines(), key=len).encode() if "\n" in value else plain
    return list({plain, longest, base64.b64encode(plain), value.encode("unicode_escape")})


def exposed(host: Host, secrets: Mapping[str, str]) -> list[str]:
    """Where a secret is found that others than its owner can see."""
    needles = {name: forms(value) for name, value in secrets.items()}
    return [*_in_files(host, needles), *_in_processes(host, needles), *_in_journal(host, needles)]


def holders(host: Host, secrets: Mapping[str, str]) -> dict[str, set[str]]:
    """Name of a secret -> all files of the host that it is in."""
    needles = {name: forms(value) for name, value in secrets.items()}
    found: dict[str, set[str]] = {name: set() for name in secrets}
    for path, _ in _files(host.root):
        for name in _within(path, needles):
            found[name].add(f"/{path.relative_to(host.root)}")
    return found


def _in_files(host: Host, needles: Mapping[str, list[bytes]]) -> Iterator[str]:
    for path, mode in _files(host.root):
        if _is_private(path, mode, host.root):
            continue
        for name in _within(path, needles):
            yield f"{host.name}: {name} is in /{path.relative_to(host.root)}, mode {stat.S_IMODE(mode):o}"


def _is_private(path: Path, mode: int, root: Path) -> bool:
    """Whether only its owner reads it: by its own mode, or by that of a directory above."""
    if not mode & 0o077:
        return True
    above = [each for each in path.parents if each != root and root in each.parents]
    return any(not each.stat().st_mode & 0o077 for each in above)


def _files(root: Path) -> Iterator[tuple[Path, int]]:
    base = str(root)
    for directory, inside, files in os.walk(base):
        if directory == base:
            inside[:] = [name for name in inside if name not in _NOT_STORED]
        for name in files:
            path = Path(directory) / name
            try:
                seen = path.lstat()
            except OSError:
                continue
            if stat.S_ISREG(seen.st_mode) and 0 < seen.st_size <= _LARGEST:
                yield path, seen.st_mode


def _within(path: Path, needles: Mapping[str, list[bytes]]) -> list[str]:
    try:
        content = path.read_bytes()
    except OSError:
        return []
    return [name for name, forms in needles.items() if any(form in content for form in forms)]


def _in_processes(host: Host, needles: Mapping[str, list[bytes]]) -> Iterator[str]:
    for pid in host.group.members():
        try:
            content = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        for name, forms in needles.items():
            if any(form in content for form in forms):
                yield f"{host.name}: {name} is on the command line {content[:80]!r}"


def _in_journal(host: Host, needles: Mapping[str, list[bytes]]) -> Iterator[str]:
    said = host.run("journalctl", "-q", "--no-pager", "-o", "cat", within=120).encode()
    said += host.console.read_bytes()
    for name, forms in needles.items():
        if any(form in said for form in forms):
            yield f"{host.name}: {name} is in the journal or on the console"
