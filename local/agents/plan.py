"""What was decided for a cluster before its first agent starts, kept until ``stop``: so a start can be gone on with."""

import base64
import hashlib
import json
import os
import secrets
import stat
import tempfile
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path

from local.agents.ports import NodePorts, PortSet, port_set
from local.agents.shape import ClusterShape, Node
from local.errors import LocalError
from local.paths import state_dir
from local.toolchain.layout import write_atomically

# sun_path holds 104 bytes on macOS, 108 on Linux, and supervisord first binds a name that is longer by ".<pid>".
_SOCKET_PATH_LIMIT = 90


def agents_dir() -> Path:
    """Everything of the agents but their logs; removed by ``stop``."""
    return state_dir() / "agents"


def logs_dir() -> Path:
    """The agents' and the supervisor's logs; they outlive ``stop``."""
    return state_dir() / "logs"


def node_dir(node: Node) -> Path:
    """A node's configuration and data."""
    return agents_dir() / node.name


@dataclass(frozen=True)
class Plan:
    """A cluster's shape, ports, and secrets."""

    shape: ClusterShape
    set_number: int
    socket: str
    """The supervisor's control socket."""
    consul_token: str = field(repr=False)
    nomad_token: str = field(repr=False)
    consul_gossip: str = field(repr=False)
    nomad_gossip: str = field(repr=False)

    @property
    def ports(self) -> PortSet:
        """The fixed ports."""
        return port_set(self.set_number, self.shape)

    def nodes(self) -> list[tuple[Node, NodePorts]]:
        """Each node with its ports."""
        return list(zip(self.shape.nodes(), self.ports.nodes, strict=True))

    def save(self) -> None:
        """Write the plan, mode 0600."""
        write_atomically(_file(), json.dumps(asdict(self), indent=2) + "\n", mode=0o600)


def new_plan(shape: ClusterShape, set_number: int) -> Plan:
    """A plan with fresh secrets."""
    return Plan(
        shape=shape,
        set_number=set_number,
        socket=str(socket_path()),
        consul_token=str(uuid.uuid4()),
        nomad_token=str(uuid.uuid4()),
        consul_gossip=_gossip_key(),
        nomad_gossip=_gossip_key(),
    )


def load_plan() -> Plan | None:
    """The plan of the cluster that was started last and not stopped; None without one."""
    try:
        facts = json.loads(_file().read_text())
        return Plan(**{**facts, "shape": ClusterShape(**facts["shape"])})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, LocalError) as error:
        raise LocalError(f"cannot read {_file()} ({error}): run 'make down', then 'make up'") from None


def _file() -> Path:
    return agents_dir() / "plan.json"


def _gossip_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def socket_path(name: str = "supervisor") -> Path:
    """Where a program listens: below the state directory, unless that path is too long for a socket."""
    near = agents_dir() / f"{name}.sock"
    if len(os.fsencode(near)) <= _SOCKET_PATH_LIMIT:
        return near
    return private_dir() / f"{hashlib.sha256(os.fsencode(near)).hexdigest()[:16]}.sock"


def private_dir() -> Path:
    """A directory with a short path that only this user can use; LocalError when somebody else has made it."""
    path = Path(tempfile.gettempdir()) / f"foxden-{os.getuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    facts = path.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid() or facts.st_mode & 0o077:
        raise LocalError(f"{path} must be a directory of mode 0700 that belongs to you: move it away")
    return path
