"""A network namespace of the lab's own: a bridge that hosts are plugged into, and nothing outside."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

BRIDGE = "lab0"
METADATA = "169.254.169.254"

_MAC = "02:00:00:00:00:01"
"""Of the bridge. Without one of its own it has that of a port, and changes it while hosts come and go."""

_CLONE_NEWNET = 0x40000000
_SET_UP = """
ip link set lo up
ip link add {bridge} address {mac} type bridge
ip addr add {gateway}/{bits} dev {bridge}
ip addr add {registry}/{bits} dev {bridge}
ip addr add {metadata}/32 dev {bridge}
ip link set {bridge} up
"""


@dataclass(frozen=True)
class Network:
    """Where the lab's hosts and servers meet. It lasts from :meth:`up` to :meth:`down`."""

    name: str
    addresses: IPv4Network

    @property
    def gateway(self) -> IPv4Address:
        """The address of the lab's own servers."""
        return self.addresses.network_address + 1

    @property
    def registry(self) -> IPv4Address:
        """The address of the registry of images."""
        return self.addresses.network_address + 2

    @property
    def path(self) -> Path:
        return Path("/run/netns") / self.name

    @property
    def enter(self) -> tuple[str, ...]:
        """Before a command: it runs inside. (``ip netns exec`` would hide the control groups.)"""
        return ("nsenter", f"--net={self.path}", "--")

    def up(self) -> None:
        subprocess.run(["ip", "netns", "add", self.name], check=True, capture_output=True)
        script = _SET_UP.format(
            bridge=BRIDGE,
            mac=_MAC,
            gateway=self.gateway,
            registry=self.registry,
            bits=self.addresses.prefixlen,
            metadata=METADATA,
        )
        subprocess.run([*self.enter, "sh", "-ec", script], check=True, capture_output=True)

    def down(self) -> None:
        if self.path.exists():
            subprocess.run(["ip", "netns", "del", self.name], check=True, capture_output=True)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Within, this thread, and the threads and processes that it starts, are inside."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            _switch(os.open(self.path, os.O_RDONLY), close=True)
            try:
                yield
            finally:
                _switch(before)
        finally:
            os.close(before)


def _switch(namespace: int, close: bool = False) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    failed = libc.setns(namespace, _CLONE_NEWNET)
    error = ctypes.get_errno()
    if close:
        os.close(namespace)
    if failed:
        raise OSError(error, os.strerror(error))
