"""The typed parts of what a machine does when it starts (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from foxden.boot.node import Binary


@dataclass(frozen=True)
class Package:
    """A package of the machine's own distribution."""

    name: str


@dataclass(frozen=True)
class File:
    """A file that is there before anything is installed. Nothing secret may be in it."""

    path: str
    content: str
    mode: str = "0644"
    """In octal digits."""


@dataclass(frozen=True)
class Unit:
    """A unit of systemd, or an addition to one."""

    name: str
    """``consul.service``; of an addition ``docker.service.d/foxden.conf``."""
    content: str
    start: bool = True
    """Whether it is enabled and started, in the order of the units."""


@dataclass(frozen=True)
class Fetched:
    """A program that is kept in a bucket of the cluster's, and fetched with the machine's own identity."""

    path: str
    """Where it is put: ``/usr/local/bin/foxden-node``."""
    region: str
    bucket: str
    key: str
    checksum: str
    """SHA-256 in hex: anything else is refused."""


@dataclass(frozen=True)
class Command:
    """A program that runs once, as root, after all that is fetched is there, and before units start."""

    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Boot:
    """All that a machine does when it starts for the first time, in this order of kinds."""

    files: tuple[File, ...] = ()
    packages: tuple[Package, ...] = ()
    programs: tuple[Fetched, ...] = ()
    binaries: tuple[Binary, ...] = ()
    commands: tuple[Command, ...] = ()
    units: tuple[Unit, ...] = ()
    apt_mirror: str = ""
    """URL that packages are got from. Default: what the image says."""


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each ``@NAME@`` replaced by its value."""
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text
