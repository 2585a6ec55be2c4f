"""Looks for secrets on a host: in every file, in what every process was started with, and in the journal."""

import base64
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
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


@dataclass(frozen=True)
class Needles:
    """What is looked for, all of it at once."""

    names: Mapping[bytes, str]
    """Each form -> the name of its secret."""
    pattern: re.Pattern[bytes]

    def within(self, content: bytes) -> set[str]:
        """The names of the secrets that are in it."""
        return {self.names[found[0]] for found in self.pattern.finditer(content)}


def needles(secrets: Mapping[str, str]) -> Needles:
    """Name -> value, made ready to be looked for."""
    names = {form: name for name, value in secrets.items() for form in forms(value)}
    return Needles(names, re.compile(b"|".join(re.escape(form) for form in sorted(names, key=len, reverse=True))))


@dataclass(frozen=True)
class Found:
    """What a search of a host came to."""

    exposed: list[str]
    """Where a secret is that others than its owner can see."""
    holders: Mapping[str, set[str]]
    """Name of each secret -> all files of the host that it is in."""


def search(host: Host, secrets: Mapping[str, str]) -> Found:
    """Look for all of them at once, for a host has some gigabytes of files."""
    wanted = needles(secrets)
    exposed: list[str] = []
    holders: dict[str, set[str]] = {name: set() for name in secrets}
    for path, mode in _files(host):
        names = wanted.within(content_of(path))
        file = f"/{path.relative_to(host.root)}"
        for name in names:
            holders[name].add(file)
        if names and not _is_private(path, mode, host.root):
            exposed += [f"{host.name}: {name} is in {file}, mode {stat.S_IMODE(mode):o}" for name in names]
    return Found([*exposed, *_in_processes(host, wanted), *_in_journal(host, wanted)], holders)


def _is_private(path: Path, mode: int, root: Path) -> bool:
    """Whether only its owner reads it: by its own mode, or by that of a directory above."""
    if not mode & 0o077:
        return True
    above = [each for each in path.parents if each != root and root in each.parents]
    return any(not each.stat().st_mode & 0o077 for each in above)


def _files(host: Host) -> Iterator[tuple[Path, int]]:
    """All but those of the base, which was made before there were any secrets, and copies of them."""
    known = _of_base(host.base.root)
    for path, seen in _walked(host.root):
        if 0 < seen.st_size <= _LARGEST and (path.name, seen.st_size, int(seen.st_mtime)) not in known:
            yield path, seen.st_mode


@cache
def _of_base(root: Path) -> frozenset[tuple[str, int, int]]:
    return frozenset((path.name, seen.st_size, int(seen.st_mtime)) for path, seen in _walked(root))


def _walked(root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for directory, inside, files in os.walk(root):
        if directory == str(root):
            inside[:] = [name for name in inside if name not in _NOT_STORED]
        for name in files:
            path = Path(directory) / name
            try:
                seen = path.lstat()
            except OSError:
                continue
            if stat.S_ISREG(seen.st_mode):
                yield path, seen


def content_of(path: Path) -> bytes:
    """What a file holds; nothing where it has just gone."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _in_processes(host: Host, wanted: Needles) -> Iterator[str]:
    for pid in host.group.members():
        line = content_of(Path(f"/proc/{pid}/cmdline"))
        for name in wanted.within(line):
            yield f"{host.name}: {name} is on the command line {line[:80]!r}"


def _in_journal(host: Host, wanted: Needles) -> Iterator[str]:
    said = host.run("journalctl", "-q", "--no-pager", "-o", "cat", within=120).encode() + host.console.read_bytes()
    for name in wanted.within(said):
        yield f"{host.name}: {name} is in the journal or on the console"
