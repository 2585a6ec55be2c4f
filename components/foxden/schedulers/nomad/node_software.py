"""The programs of a node: pinned versions, where they lie, and what they must add up to (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from foxden.boot.node import Binary, Software
from foxden.errors import Problem, check
from foxden.service.reader import Reader

SUBJECT = "nodes"
_CHECKSUM_LENGTHS = (64, 128)


@dataclass(frozen=True)
class _Release:
    version: str
    url: str
    """Of the official release, with ``{version}`` and ``{processor}``."""
    checksums: Mapping[str, str]
    """Processor to checksum of the archive of this version."""


_HASHICORP = "https://releases.hashicorp.com/{name}/{{version}}/{name}_{{version}}_linux_{{processor}}.zip"
_RELEASES = {
    "consul": _Release(
        "1.21.0",
        _HASHICORP.format(name="consul"),
        {
            "amd64": "e916e30904eedfa7ee2e2a378b5e8a9a374f2f351e645aa4c0a03adc15dabaec",
            "arm64": "59d04f948d4b04a1d836e69a441e4c3ffb74b41f710329c9ba0dc99392b6f2d5",
        },
    ),
    "nomad": _Release(
        "1.11.3",
        _HASHICORP.format(name="nomad"),
        {
            "amd64": "19dac5642a2ba5305e6ff8efee06a708d760ebe4d1cd7936bc3dc526f477dc12",
            "arm64": "902e44260fcd9297af7042fb33ccd5a29cc2202b57199724f17c96fcd67414d2",
        },
    ),
    "caddy": _Release(
        "2.11.3",
        "https://github.com/caddyserver/caddy/releases/download/v{version}/caddy_{version}_linux_{processor}.tar.gz",
        {
            "amd64": (
                "ee886eceda0ff9f30610d3be9b5b594026591e19add6b3961a341c72abe468e5"
                "eac9d7c2c2450bbb8420db1f827b954521f9336be4872f81090b8618adf8815a"
            ),
            "arm64": (
                "bd06996e1612cf5e9770dc7134313067ef3fdfde43b1a2196004906006de7793"
                "72dcf7a0e7c7fb0890c23791179f12be4625f1b6e666a2abf37e8aff4c3a1826"
            ),
        },
    ),
}

PROCESSORS = ("amd64", "arm64")


def software(
    mirror: Optional[str] = None,
    programs: Optional[Mapping[str, Mapping[str, Any]]] = None,
    processor: str = "amd64",
    apt_mirror: str = "",
) -> Software:
    """What nodes are installed with.

    ``mirror``: URL of a folder that has the archives under their official names. ``programs``: consul, nomad or caddy
    with ``version``, ``checksum`` (needed with another version) or ``url``, where the pinned ones are not wanted.
    InvalidInput says all that is wrong.
    """
    problems: list[Problem] = []
    reader = Reader(SUBJECT, programs or {}, "software", problems)
    reader.only(tuple(_RELEASES))
    if processor not in PROCESSORS:
        problems.append(Problem(SUBJECT, f"software.processor must be one of amd64, arm64, got {processor!r}"))
        processor = PROCESSORS[0]
    binaries = []
    for name, release in _RELEASES.items():
        given = reader.sub(name) or Reader(SUBJECT, {}, f"software.{name}", problems)
        binaries.append(_binary(name, release, given, mirror, processor))
    check(problems)
    return Software(tuple(binaries), apt_mirror=apt_mirror)


def _binary(name: str, release: _Release, given: Reader, mirror: Optional[str], processor: str) -> Binary:
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
    return Binary(name, version, url, checksum)
