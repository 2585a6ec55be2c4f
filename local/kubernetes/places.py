"""Where the parts of the cluster are: directories, and addresses inside the cluster's own network (pure).

The network is a namespace of the cluster's, so that the same addresses serve every cluster.
"""

import contextlib
import hashlib
import os
from pathlib import Path

from local.agents.plan import agents_dir, private_dir
from local.paths import state_dir

NODE = "local"
"""The one node's name."""
NODE_ADDRESS = "10.255.0.1"
"""Of the node, and of the API. Loopback would be refused."""
POD_ADDRESSES = "10.88.0.0/16"
SERVICE_ADDRESSES = "10.96.0.0/16"
API_SERVICE = "10.96.0.1"
DNS_SERVICE = "10.96.0.10"
API_PORT = 6443
INGRESS_PORT = 8080
"""On which the ingress listens on the node; outside, the plan says which."""
DOMAIN = "cluster.local"

NETWORK_PLUGINS = ("/usr/lib/cni", "/opt/cni/bin")
"""Where Debian's package, and others, put the plugins that connect pods."""


def home() -> Path:
    """Everything of the cluster but its logs; removed when it is stopped."""
    return agents_dir() / "kubernetes"


def key_of(name: str) -> Path:
    """The private key of a certificate."""
    return home() / "pki" / f"{name}.key"


def certificate_of(name: str) -> Path:
    """A certificate."""
    return home() / "pki" / f"{name}.crt"


def kubeconfig_of(name: str) -> Path:
    """How one part reaches the API."""
    return home() / "kubeconfig" / f"{name}.json"


def cgroup() -> str:
    """The control group that all pods are in: no other cluster of this machine has it."""
    return f"foxden-{hashlib.sha256(os.fsencode(state_dir())).hexdigest()[:12]}"


PRIVATE = tuple(
    Path(place)
    for place in ("/run/containerd", "/run/netns", "/var/lib/cni", "/var/lib/kubelet", "/var/log/containers")
)
"""What the programs write to whatever they are told. In the cluster's namespaces something else is mounted there."""

_MARK = ".made-by-foxden"


def places_lock() -> Path:
    """Held while the places are made or removed, by all clusters of this machine."""
    return private_dir() / "places.lock"


def make_places() -> None:
    """Make those that the machine does not have, with a mark in each that other clusters see, too."""
    for place in PRIVATE:
        if not place.exists():
            place.mkdir(parents=True, exist_ok=True)
            (place / _MARK).touch()


def remove_places() -> None:
    """Remove those that a cluster has made, unless something is in them, or another cluster has its own over them.

    Where a directory is removed, whatever any namespace has mounted there goes with it.
    """
    made = [place for place in PRIVATE if (place / _MARK).exists() and len(list(place.iterdir())) == 1]
    used = mounted_somewhere() if made else set()
    for place in made:
        if str(place) not in used:
            with contextlib.suppress(OSError):  # another cluster was quicker
                (place / _MARK).unlink()
                place.rmdir()


def mounted_somewhere() -> set[str]:
    """The mount points of all processes that can be seen."""
    found: set[str] = set()
    for table in Path("/proc").glob("[0-9]*/mountinfo"):
        with contextlib.suppress(OSError):  # it has ended
            found |= {line.split()[4] for line in table.read_text().splitlines()}
    return found


def door_file() -> Path:
    """Says which process holds the namespaces, by its id on this machine."""
    return home() / "door.json"


_SHARES = {"cpu.shares": "8192", "cpu.weight": "800"}
"""Of the processor, against one ordinary process: all pods together count for eight of those."""


def make_groups() -> None:
    """Make the control groups that all pods are in."""
    for controller in controllers():
        group = controller / cgroup()
        group.mkdir(exist_ok=True)
        for name, value in _SHARES.items():
            if (group / name).exists():
                (group / name).write_text(value)


def controllers() -> list[Path]:
    """The directories that control groups are made in: one for each controller, or one for all."""
    root = Path("/sys/fs/cgroup")
    if (root / "cgroup.controllers").exists():
        return [root]
    return sorted(path for path in root.iterdir() if path.is_dir() and not path.is_symlink())
