"""Keeps what Nomad starts from the instance's metadata service: whoever may ask it has the machine's own identity."""

import subprocess
import sys
from pathlib import Path

CONTAINERS = "containers.slice"
"""Where containers of Docker's are among the control groups; by default they are among the machine's own services."""

_ADDRESSES = {"iptables": "169.254.169.254", "ip6tables": "fd00:ec2::254"}
_CHAIN = "FOXDEN-METADATA"
# Who may ask is listed, not who may not: what is started in a way that nobody thought of is refused. The machine's own
# services are in system.slice, which is there as long as systemd is. Beside it are Nomad's commands, in a group of
# Nomad's, and Docker's containers, in a slice of their own, whoever their users are, root too. Nobody is the user of
# commands, and of none of the machine's services: wherever such a process got to, it is a command.
_RULES = f"""\
*filter
:{_CHAIN} - [0:0]
-A {_CHAIN} -m owner --uid-owner nobody -j REJECT
-A {_CHAIN} -m cgroup --path system.slice -j RETURN
-A {_CHAIN} -j REJECT
COMMIT
"""
_OPEN = "Nomad is not started, for the metadata service is open to what it would start"
_PROC = Path("/proc")
_DOCKER = ("systemctl", "show", "--property=MainPID", "--value", "docker.service")


def close() -> None:
    """Close the service to all but the machine's own; does no more where that was done. It exits with what is in the
    way, and Nomad isn't started then: a worker that runs nothing is replaced, one that gives itself away is found late.
    """
    try:
        for program, address in _ADDRESSES.items():
            # A kernel that was told to do without IPv6 has no such address, and no rules for it either.
            if program == "iptables" or (_PROC / "net/if_inet6").exists():
                _close(program, address)
        if not _containers_are_apart():
            # It was started before it was told, as part of the image.
            _run("systemctl", "restart", "docker.service")
            if not _containers_are_apart():
                sys.exit(f"{_OPEN}: docker was started without --cgroup-parent={CONTAINERS}")
    except (OSError, subprocess.SubprocessError) as error:
        sys.exit(f"{_OPEN}: {error} {getattr(error, 'stderr', None) or ''}")


def _close(program: str, address: str) -> None:
    _run(f"{program}-restore", "--noflush", "--wait", given=_RULES)
    # To open a connection is refused, which is the only way to an answer. The last packets of one that was allowed
    # belong to no process any more.
    rule = ("OUTPUT", "--destination", address, "--protocol", "tcp", "--syn", "--jump", _CHAIN)
    try:
        _run(program, "--wait", "--check", *rule)
    except subprocess.CalledProcessError:
        _run(program, "--wait", "--insert", *rule)


def _containers_are_apart() -> bool:
    """Whether Docker, if it runs, starts containers in their own slice."""
    number = _run(*_DOCKER).strip()
    if number in ("", "0"):
        return True
    return f"--cgroup-parent={CONTAINERS}".encode() in (_PROC / number / "cmdline").read_bytes().split(b"\0")


def _run(*command: str, given: str = "") -> str:
    return subprocess.run(command, input=given, capture_output=True, text=True, check=True, timeout=60).stdout
