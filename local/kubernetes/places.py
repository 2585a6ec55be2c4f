"""Where the parts of the cluster are: directories, and addresses inside the cluster's own network (pure).

The network is a namespace of the cluster's, so that the same addresses serve every cluster.
"""

import hashlib
import os
from pathlib import Path

from local.agents.plan import agents_dir
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


def make_places() -> None:
    """Make those that the machine does not have, and note which: empty directories that are removed again."""
    missing = [place for place in PRIVATE if not place.exists()]
    if not _made().exists():
        _made().write_text("\n".join(str(place) for place in missing))
    for place in missing:
        place.mkdir(parents=True, exist_ok=True)


def made_places() -> list[Path]:
    """Those that were made for the cluster."""
    noted = _made().read_text().splitlines() if _made().exists() else []
    return [place for place in PRIVATE if str(place) in noted]


def _made() -> Path:
    return home() / "places"


def door_file() -> Path:
    """Says which process holds the namespaces, by its id on this machine."""
    return home() / "door.json"


def controllers() -> list[Path]:
    """The directories that control groups are made in: one for each controller, or one for all."""
    root = Path("/sys/fs/cgroup")
    if (root / "cgroup.controllers").exists():
        return [root]
    return sorted(path for path in root.iterdir() if path.is_dir() and not path.is_symlink())
