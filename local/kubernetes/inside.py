"""``python -m local.kubernetes.inside``: the first process of the cluster's namespaces makes them fit, and supervises.

It is process 1 there: when it ends, so does all that it has started, and all that runs in pods.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from local.agents.plan import agents_dir
from local.kubernetes.enclose import ENTERED
from local.kubernetes.places import NODE_ADDRESS, PRIVATE, SERVICE_ADDRESSES, home

KERNEL: Mapping[str, str] = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}
"""What the kubelet would set for the whole machine. It is shown that it is so already."""

_NAME_SERVER = "10.0.2.3"
"""Of the way out: it asks whom this machine asks."""


def main() -> int:
    """Does not return but by an error: becomes the supervisor."""
    print(ENTERED, flush=True)
    if not sys.stdin.readline():
        return 1
    # As on any machine, so that a pod may see what is mounted later. Nothing of it reaches the machine outside.
    _run("mount", "--make-rshared", "/")
    _hide_places()
    _hide_settings()
    _name_server()
    _network()
    command = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(agents_dir() / "supervisord.conf")]
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    os.execv(command[0], command)  # noqa: S606  a fixed program, whose words are ours


def _hide_places() -> None:
    """Put an empty directory over each place that containers' programs use whatever they are told."""
    for place in PRIVATE:
        _run("mount", "-t", "tmpfs", "-o", "mode=755", "foxden", str(place))


def _hide_settings() -> None:
    for name, value in KERNEL.items():
        shown = home() / "kernel" / name.replace("/", ".")
        shown.parent.mkdir(exist_ok=True)
        shown.write_text(f"{value}\n")
        if Path("/proc/sys", name).exists():
            _run("mount", "--bind", str(shown), f"/proc/sys/{name}")


def _name_server() -> None:
    file = home() / "resolv.conf"
    file.write_text(f"nameserver {_NAME_SERVER}\n")
    target = Path("/etc/resolv.conf").resolve()
    if target.is_file():
        _run("mount", "--bind", str(file), str(target))


def _network() -> None:
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "address", "add", f"{NODE_ADDRESS}/32", "dev", "lo")
    # Before the firewall gives a connection to a service its real destination, there must be a route at all.
    _run("ip", "route", "add", SERVICE_ADDRESSES, "dev", "lo", "src", NODE_ADDRESS)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=30)


if __name__ == "__main__":
    sys.exit(main())
