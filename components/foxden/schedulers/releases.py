"""Pinned programs of nodes: where they lie, and what they must add up to (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from foxden.boot.node import Binary, Software
from foxden.errors import Problem, check
from foxden.service.reader import Reader

SUBJECT = "nodes"
PROCESSORS = ("amd64", "arm64")
CHECKSUM_LENGTHS = (64, 128)
"""Digits of a SHA-256 and of a SHA-512."""


@dataclass(frozen=True)
class Release:
    """What a publisher offers: an archive with programs, or one program itself."""

    version: str
    url: str
    """Of the official release, with ``{version}`` and ``{processor}``."""
    sums: str
    """Where its publisher says what it adds up to, with the same: a list of checksums and files, or one checksum."""
    checksums: Mapping[str, str]
    """Processor to checksum of what lies at ``url``, of this version. None where the publisher's isn't known: then it
    must be given."""
    members: Mapping[str, str]
    """Program to its path in the archive, with ``{version}`` and ``{processor}``."""


@dataclass(frozen=True)
class Archive:
    """What nodes fetch of a release."""

    version: str
    url: str
    sums: str
    """Where its publisher says what it adds up to. Empty where it is somebody else's, by a ``url`` that was given."""
    checksum: str
    """What it must add up to. Empty where nobody has said."""

    @property
    def is_pinned(self) -> bool:
        """Whether it has a checksum that something can add up to: nothing has one of zeros, which stands for any."""
        return bool(self.checksum.strip("0"))


def archives(
    releases: Mapping[str, Release],
    mirror: Optional[str],
    programs: Optional[Mapping[str, Mapping[str, Any]]],
    processor: str,
    problems: list[Problem],
) -> dict[str, Archive]:
    """What nodes fetch of each release, by the choices of :func:`chosen`.

    What is wrong with these goes into ``problems``. A checksum that nobody has said is no problem here.
    """
    reader = Reader(SUBJECT, programs or {}, "software", problems)
    reader.only(tuple(releases))
    if processor not in PROCESSORS:
        problems.append(Problem(SUBJECT, f"software.processor must be one of amd64, arm64, got {processor!r}"))
        processor = PROCESSORS[0]
    nothing: Mapping[str, Any] = {}
    return {
        name: _archive(name, release, reader.sub(name) or reader.nested(name, nothing), mirror, processor)
        for name, release in releases.items()
    }


def chosen(
    releases: Mapping[str, Release],
    mirror: Optional[str],
    programs: Optional[Mapping[str, Mapping[str, Any]]],
    processor: str,
    apt_mirror: str,
) -> Software:
    """What nodes are installed with.

    ``mirror``: URL of a folder that has the archives under their official names. ``programs``: release to its
    ``version``, ``checksum`` (needed with another version) or ``url``, where the pinned ones are not wanted.
    InvalidInput says all that is wrong.
    """
    problems: list[Problem] = []
    found = archives(releases, mirror, programs, processor, problems)
    for name, archive in found.items():
        if not archive.checksum:
            where = f": its publisher's is at {archive.sums}" if archive.sums else ""
            said = f"{_wanted(name, archive.version)}, and none is known for this version{where}"
            problems.append(Problem(SUBJECT, f"software.{name}.checksum {said}"))
    check(problems)
    binaries = [
        Binary(program, archive.version, archive.url, archive.checksum, "" if path == program else path)
        for name, archive in found.items()
        for program, path in _filled(releases[name].members, archive.version, processor).items()
    ]
    return Software(tuple(binaries), apt_mirror=apt_mirror)


def _archive(name: str, release: Release, given: Reader, mirror: Optional[str], processor: str) -> Archive:
    given.only(("version", "checksum", "url"))
    version = given.text("version", release.version)
    known = release.checksums.get(processor, "") if version == release.version else ""
    checksum = given.text("checksum", known)
    if checksum and (len(checksum) not in CHECKSUM_LENGTHS or not set(checksum) <= set("0123456789abcdef")):
        given.complain("checksum", f"{_wanted(name, version)}, got {checksum!r}")
    official = release.url.format(version=version, processor=processor)
    mirrored = f"{mirror.rstrip('/')}/{official.rpartition('/')[2]}" if mirror else official
    url = given.text("url", mirrored)
    if not url.startswith(("https://", "http://")) or any(character.isspace() for character in url):
        given.complain("url", f"must begin with 'https://' or 'http://' and have no space, got {url!r}")
    sums = "" if given.has("url") else release.sums.format(version=version, processor=processor)
    return Archive(version, url, sums, checksum)


def _wanted(name: str, version: str) -> str:
    return f"must be a SHA-256 or SHA-512 of {name} {version} in hex"


def _filled(members: Mapping[str, str], version: str, processor: str) -> dict[str, str]:
    return {program: path.format(version=version, processor=processor) for program, path in members.items()}
