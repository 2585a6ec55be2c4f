"""What the machines of core servers and of pools have in common."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict


class DiskArgs(TypedDict):
    """The disk of a machine. It is always encrypted."""

    size: NotRequired[int]
    """GiB, 8 to 16384; 20 at least where Amazon runs the servers. Default: 30."""
    iops: NotRequired[int]
    """Operations a second, 3000 to 16000, on AWS at most 500 for each GiB if that is more than 3000. Default: 3000."""
    throughput: NotRequired[int]
    """MiB a second, 125 to 1000, at most a quarter of ``iops``. Default: 125."""
    device: NotRequired[str]
    """What the image calls its root device. Default: as Ubuntu's images do, ``/dev/sda1`` on AWS."""


class ProgramArgs(TypedDict):
    """One program of the nodes, where the pinned one isn't wanted."""

    version: NotRequired[str]
    """Which version. Default: the pinned one."""
    checksum: NotRequired[str]
    """SHA-256 or SHA-512 of what is fetched, in hex. Default: known for the pinned version."""
    url: NotRequired[str]
    """Where it lies. Default: at the mirror, or its publisher's site."""


class SoftwareArgs(TypedDict):
    """What machines are installed with when they start."""

    mirror: NotRequired[str]
    """URL of a folder that has the programs under their official names. Default: their publishers' sites."""
    apt_mirror: NotRequired[str]
    """URL that Debian packages are got from. Default: what the image says."""
    processor: NotRequired[str]
    """``amd64`` or ``arm64``, as image and instance types are. Default: ``amd64``."""
    programs: NotRequired[Mapping[str, ProgramArgs]]
    """Programs by name (``consul``, ``nomad``, ``caddy``) of another version, or from elsewhere. Default: none."""
    packages: NotRequired[Sequence[str]]
    """More Debian packages, such as one that ships logs. Default: none."""
    files: NotRequired[Mapping[str, str]]
    """More files, there before packages are installed: absolute path to text. Nothing secret may be in it. Default:
    none."""
    units: NotRequired[Sequence[str]]
    """Units of those packages (``some.service``), started before the node's own. A node on which one is not there never
    gets ready. Default: none."""
