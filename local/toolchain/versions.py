"""Which programs on PATH will do."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import semver

from local.paths import cache_dir
from local.toolchain.layout import is_program
from local.toolchain.processes import version_output

_VERSION = re.compile(r"(?<![\w.])(?:go|v)?(\d+\.\d+(?:\.\d+)?(?:-[0-9A-Za-z.-]+)?)")


@dataclass(frozen=True)
class Candidate:
    """A program on PATH."""

    path: Path
    version: str | None
    """None where it did not say."""


def candidates(name: str, path: str, argument: str = "version") -> Iterator[Candidate]:
    """The programs of a name on ``path``, in its order, without those of the cache; ``argument`` asks their version."""
    seen: set[Path] = set()
    for entry in path.split(os.pathsep):
        program = Path(entry or os.curdir, name)
        real = program.resolve()
        if is_program(program) and real not in seen and not real.is_relative_to(cache_dir()):
            seen.add(real)
            yield Candidate(program.absolute(), parse_version(version_output(program, argument) or ""))


def parse_version(output: str) -> str | None:
    """The version in what a program prints, as ``major.minor.patch``; None when there is none."""
    match = _VERSION.search(output)
    try:
        return str(semver.Version.parse(match[1], optional_minor_and_patch=True)) if match else None
    except ValueError:
        return None


def compatible(version: str | None, pinned: str, *, same_minor: bool = False) -> bool:
    """Whether a version may stand for the pinned one: the same or newer, of the same major, and no preview.

    ``same_minor``: of the same minor version, too.
    """
    if version is None:
        return False
    found, wanted = semver.Version.parse(version), semver.Version.parse(pinned)
    alike = found.major == wanted.major and (found.minor == wanted.minor or not same_minor)
    return alike and found >= wanted and not found.prerelease


def at_least(version: str | None, needed: str) -> bool:
    """Whether a version is the needed one or newer."""
    wanted = semver.Version.parse(needed, optional_minor_and_patch=True)
    return version is not None and semver.Version.parse(version) >= wanted
