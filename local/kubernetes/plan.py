"""What was decided for a cluster before its first part starts, kept until it is stopped."""

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from local.agents.plan import socket_path
from local.agents.ports import AGENTS_BASE, AGENTS_PER_SET
from local.errors import LocalError
from local.kubernetes.places import API_PORT, INGRESS_PORT, home
from local.toolchain.layout import write_atomically


@dataclass(frozen=True)
class Plan:
    """The cluster's ports on this machine, and its secret."""

    set_number: int
    socket: str
    """The supervisor's control socket."""
    containers: str
    """containerd's socket."""
    token: str = field(repr=False)
    """Of the administrator."""

    @property
    def ports(self) -> dict[str, int]:
        """What is listened on at this machine's loopback address, by what it is for."""
        return ports(self.set_number)

    def save(self) -> None:
        """Write the plan, mode 0600."""
        write_atomically(_file(), json.dumps(asdict(self), indent=2) + "\n", mode=0o600)


def ports(number: int) -> dict[str, int]:
    """The ports of set ``number``, which share the numbering with the sets of Nomad's clusters."""
    if number == 0:
        return {"ingress": INGRESS_PORT, "kubernetes api": API_PORT}
    first = AGENTS_BASE + number * AGENTS_PER_SET
    return {"ingress": first + 90, "kubernetes api": first + 91}


def new_plan(set_number: int) -> Plan:
    """A plan with a fresh secret."""
    return Plan(set_number, str(socket_path()), str(socket_path("containerd")), secrets.token_urlsafe(32))


def load_plan() -> Plan | None:
    """The plan of the cluster that was started last and not stopped; None without one."""
    try:
        return Plan(**json.loads(_file().read_text()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise LocalError(f"cannot read {_file()} ({error}): run 'make down', then 'make up'") from None


def _file() -> Path:
    return home() / "plan.json"
