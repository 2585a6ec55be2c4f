"""Writes down what the agents read. Secrets are in files of mode 0600, and each agent has its own."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from . import consul, nomad
from .api import CA_FILE
from .certificates import Pair
from .credentials import Credentials
from .facts import Facts
from .parameters import Parameters
from .pending import Pending
from .registries import auths
from .units import systemctl
from .written import write

_SEEN_BY_COMMANDS = (
    "/bin/sh",
    "/lib64",
    "/usr/bin",
    "/usr/local",
    "/usr/share/zoneinfo",
    "/usr/share/ca-certificates",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/group",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/resolv.conf",
)
"""Of the node, beside its libraries and Python. No folder that holds a secret is among them."""


def configure(facts: Facts, credentials: Credentials, root: Path = Path("/")) -> list[str]:
    """Write everything; the units whose files changed, as ``consul`` or ``consul:certificate``: they are pending."""
    changed: list[str] = []
    pending = Pending(root)

    def written(unit: str, path: Path, text: str, owner: str) -> None:
        if write(path, text, owner, before=lambda: pending.note(unit)) and unit not in changed:
            changed.append(unit)

    write(root / CA_FILE.lstrip("/"), credentials.authority, "root", 0o644)
    for agent, config in agent_configs(facts, credentials).items():
        folder = root / f"etc/{agent}.d"
        owner = "root" if agent == "nomad" and not facts.is_server else agent
        written(agent, folder / f"{agent}.json", json.dumps(config, indent=1, sort_keys=True), owner)
        if agent == "nomad" and facts.is_server:
            # Of its own and untold: Nomad reads it when it starts for the first time, later keys are in its keyring.
            gossip = json.dumps(nomad.gossip_config(credentials.nomad_gossip))
            write(folder / "gossip.json", gossip, owner)
        own = credentials.certificate
        for name, text in {"ca.pem": credentials.authority, "cert.pem": own.certificate, "key.pem": own.key}.items():
            written(f"{agent}:certificate", folder / "tls" / name, text, owner)
    return changed


def agent_configs(facts: Facts, credentials: Credentials) -> dict[str, dict[str, object]]:
    """The configuration of both agents."""
    token = credentials.consul_token
    tls = {agent: f"/etc/{agent}.d/tls" for agent in ("consul", "nomad")}
    own = consul.agent_config(facts, credentials.consul_gossip, token, credentials.consul_management, tls["consul"])
    if facts.is_server:
        return {"consul": own, "nomad": nomad.server_config(facts, token, tls["nomad"])}
    cores = os.cpu_count() or 1
    return {"consul": own, "nomad": nomad.client_config(facts, token, tls["nomad"], cores, chroot())}


def chroot() -> dict[str, str]:
    """What commands see of the node: path outside to path inside."""
    paths = [*map(Path, _SEEN_BY_COMMANDS), *Path("/lib").glob("*-linux-gnu"), *Path("/usr/lib").glob("python3.*")]
    return {os.path.realpath(path) if path.is_file() else str(path): str(path) for path in paths if path.exists()}


def write_docker(facts: Facts, parameters: Parameters) -> None:
    """What Nomad's docker driver and the pull test read."""
    text = json.dumps(docker_config(facts, parameters), sort_keys=True)
    write(Path(nomad.DOCKER_CONFIG), text, "root")


def docker_config(facts: Facts, parameters: Parameters) -> dict[str, object]:
    """How images are pulled: with the node's own identity, or with a credential that the cluster keeps."""
    return {"auths": auths(facts, parameters), "credHelpers": dict.fromkeys(facts.registries, "ecr-login")}


def own_certificate(root: Path = Path("/")) -> Pair | None:
    """The certificate that the node was given before."""
    files = [root / "etc/consul.d/tls" / name for name in ("cert.pem", "key.pem")]
    return Pair(*(file.read_text(errors="replace") for file in files)) if all(file.exists() for file in files) else None


def follow(pending: Pending, start_again: Callable[[], None]) -> None:
    """Let the agents take over what changed. Consul reads all of it anew, Nomad its certificates only.

    ``start_again`` does that with Nomad; where it raises, that is still pending.
    """
    for unit in ("consul", "nomad"):
        noted = [name for name in pending.names() if name.partition(":")[0] == unit]
        if "nomad" in noted:
            start_again()
        elif noted:
            systemctl("reload", unit)
        pending.done(*noted)
