"""What only this scheduler needs to know of a cluster: the connection's ``options``, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network
from typing import Any

from foxden.errors import Problem
from foxden.service.reader import Reader, Unknown

SUBJECT = "cluster"


class CommandDriver(StrEnum):
    """The Nomad driver of services that are a command, and of the proxies where they are a program of the host."""

    EXEC = "exec"
    """Isolated; the Nomad client must run as root."""
    RAW_EXEC = "raw_exec"
    """Not isolated; for a machine that is the developer's own."""


class NetworkMode(StrEnum):
    """Where an instance's ports are."""

    HOST = "host"
    """The node's own network: an instance is told a free port and listens on it."""
    BRIDGE = "bridge"
    """A network of each instance's own: it listens on the port it names, and Nomad forwards a free one to it."""


KNOWN = (
    "command_driver",
    "network_mode",
    "caddy",
    "caddy_image",
    "datacenter",
    "core_mhz",
    "ingress_port",
    "trusted_proxies",
)
"""All options there are."""


@dataclass(frozen=True)
class NomadOptions:
    """The options, with their defaults. docs/nomad.md lists them for users."""

    command_driver: CommandDriver = CommandDriver.EXEC
    network_mode: NetworkMode = NetworkMode.HOST
    caddy: str = "caddy"
    """Path of the proxies' program on the nodes; not asked for where there is an image."""
    caddy_image: str = ""
    """Image of the proxies, for a cluster whose nodes have no Caddy. '' for the program on the nodes."""
    datacenters: tuple[str, ...] = ("*",)
    core_mhz: int = 1000
    """MHz that stand for one core, since Nomad counts in MHz."""
    ingress_port: int | None = None
    """The port of the ingress on each node. None: the one that users connect to; another is behind a balancer."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses of balancers before the ingress, as CIDRs: what they say of their clients is passed on."""

    def megahertz(self, cores: float) -> int:
        """Cores as Nomad counts them; it takes 1 MHz at least."""
        return max(1, round(cores * self.core_mhz))


def read_options(given: Mapping[str, Any]) -> tuple[NomadOptions, list[Problem]]:
    """The options of a connection; a value that isn't known yet counts as not given."""
    problems: list[Problem] = []
    known = {key: value for key, value in given.items() if not isinstance(value, Unknown)}
    reader = Reader(SUBJECT, known, "options", problems)
    reader.only(KNOWN)
    names = [name.strip() for name in reader.text("datacenter", "*").split(",")]
    if not all(names):
        reader.complain("datacenter", f"must be names joined by ',', got {known['datacenter']!r}")
    mhz = _number(reader, "core_mhz", 100_000)
    port = _number(reader, "ingress_port", 65_535)
    proxies = [
        block.strip() for block in reader.text("trusted_proxies", "").split(",") if reader.has("trusted_proxies")
    ]
    if not all(map(_is_block, proxies)):
        reader.complain("trusted_proxies", f"must be CIDRs joined by ',', got {known['trusted_proxies']!r}")
    options = NomadOptions(
        command_driver=reader.choice("command_driver", CommandDriver.EXEC),
        network_mode=reader.choice("network_mode", NetworkMode.HOST),
        caddy=reader.text("caddy", "caddy"),
        caddy_image=reader.text("caddy_image", ""),
        datacenters=tuple(names),
        core_mhz=1000 if mhz is None else mhz,
        ingress_port=port,
        trusted_proxies=tuple(proxies),
    )
    return options, problems


def _number(reader: Reader, key: str, most: int) -> int | None:
    """A whole number as a text, for all options are texts."""
    text = reader.text(key)
    if text is None or (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        return None if text is None else int(text)
    reader.complain(key, f"must be a whole number from 1 to {most}, got {text!r}")
    return None


def _is_block(text: str) -> bool:
    try:
        return "/" in text and bool(ip_network(text))
    except ValueError:
        return False


def options_of(given: Mapping[str, str]) -> NomadOptions:
    """The options of a connection that was checked before."""
    return read_options(given)[0]
