"""The machine's system and processor, in Go's words: such as ``linux-amd64`` or ``darwin-arm64``."""

import platform
from dataclasses import dataclass

from local.errors import LocalError

_SYSTEMS = {"Linux": "linux", "Darwin": "darwin"}
_PROCESSORS = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Platform:
    """A system and a processor that the tools are released for."""

    system: str
    processor: str

    def __str__(self) -> str:
        return f"{self.system}-{self.processor}"


def this_platform() -> Platform:
    """The platform this process runs on; LocalError on one without releases of the tools."""
    system, processor = platform.system(), platform.machine()
    if system not in _SYSTEMS or processor not in _PROCESSORS:
        raise LocalError(
            f"no tools for {system} on {processor}: Linux and macOS on x86-64 or arm64 are supported"
            " (on Windows use WSL)"
        )
    return Platform(_SYSTEMS[system], _PROCESSORS[processor])
