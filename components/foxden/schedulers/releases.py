"""Pinned programs of nodes: where they lie, and what they must add up to (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from foxden.boot.node import Binary, Software
from foxden.errors import Problem, check
from foxden.service.reader import Reader

SUBJECT = "nodes"
PROCESSORS = ("amd64", "arm64")
_CHECKSUM_LENGTHS = (64, 128)


@dataclass(frozen=True)
class Release:
    """What a publisher offers: an archive with programs, or one program itself."""

    version: str
    url: str
    """Of the official release, with ``{version}`` and ``{processor}``."""
    checksums: Mapping[str, str]
    """Processor to checksum of what lies there, of this version. None where the publisher's isn't known: then it must
    be given."""
    members: Mapping[str, str]
    """Program to its path in the archive, with ``{version}`` and ``{processor}``."""


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
    reader = Reader(SUBJECT, programs or {}, "software", problems)
    reader.only(tuple(releases))
    if processor not in PROCESSORS:
        problems.append(Problem(SUBJECT, f"software.processor must be one of amd64, arm64, got {processor!r}"))
        processor = PROCESSORS[0]
    binaries: list[Binary] = []
    for name, release in releases.items():
        given = reader.sub(name) or Reader(SUBJECT, {}, f"software.{name}", problems)
        binaries += _binaries(name, release, given, mirror, processor)
    check(problems)
    return Software(tuple(binaries), apt_mirror=apt_mirror)


def _binaries(name: str, release: Release, given: Reader, mirror: Optional[str], processor: str) -> list[Binary]:
    given.only(("version", "checksum", "url"))
    version = given.text("version", release.version)
    known = release.checksums.get(processor, "") if version == release.version else ""
    checksum = given.text("checksum", known)
    if len(checksum) not in _CHECKSUM_LENGTHS or not set(checksum) <= set("0123456789abcdef"):
        got = f", got {checksum!r}" if checksum else ", and none is known for this version"
        given.complain("checksum", f"must be a SHA-256 or SHA-512 of {name} {version} in hex{got}")
    official = release.url.format(version=version, processor=processor)
    mirrored = f"{mirror.rstrip('/')}/{official.rpartition('/')[2]}" if mirror else official
    url = given.text("url", mirrored)
    if not url.startswith(("https://", "http://")) or any(character.isspace() for character in url):
        given.complain("url", f"must begin with 'https://' or 'http://' and have no space, got {url!r}")
    members = {program: path.format(version=version, processor=processor) for program, path in release.members.items()}
    return [
        Binary(program, version, url, checksum, "" if path == program else path) for program, path in members.items()
    ]
