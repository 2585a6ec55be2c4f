"""What nodes start with whatever runs services on them (pure)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from foxden.boot.files import shipped
from foxden.boot.node import Binary, Node, Role, Secrets, Software
from foxden.boot.parts import Boot, Command, Fetched, File, Package, Unit, filled
from foxden.boot.program import Program

PACKAGE = "foxden_node"
"""What the nodes' program is called as a package of Python."""

_PROGRAM = "/usr/local/bin/foxden-node"
_PACKAGES = ("ca-certificates", "curl", "python3-boto3", "python3-cryptography")
_START = (("enable",), ("restart", "--no-block"))


@dataclass(frozen=True)
class Own:
    """What a scheduler's nodes of one role start with beside that."""

    packages: tuple[str, ...]
    """Debian packages, beside those that the nodes' program needs."""
    binaries: tuple[Binary, ...]
    """Those of the software that belong to the role."""
    files: Iterable[File]
    commands: tuple[Command, ...]
    """They run before what the software says is started, and before the units."""
    units: Iterable[Unit]
    facts: Mapping[str, Any]
    """Told to the nodes' program, beside what :class:`foxden.boot.node.Node` says."""


def assembled(node: Node, software: Software, bucket: str, program: Program, own: Own) -> Boot:
    """All that a node starts with. ``bucket`` has the program."""
    facts = json.dumps({**asdict(node), **own.facts}, sort_keys=True)
    names = {*_PACKAGES, *own.packages, *software.packages}
    return Boot(
        packages=tuple(Package(name) for name in sorted(names)),
        apt_mirror=software.apt_mirror,
        programs=(Fetched(_PROGRAM, node.region, bucket, program.key, program.checksum),),
        binaries=own.binaries,
        files=(
            File("/etc/foxden/node.json", f"{facts}\n"),
            File("/etc/systemd/journald.conf.d/foxden.conf", shipped("journald.conf")),
            *own.files,
            *(File(path, text) for path, text in sorted(software.files.items())),
        ),
        commands=(
            *own.commands,
            *(Command(("systemctl", *words, *software.units)) for words in _START if software.units),
        ),
        units=tuple(own.units),
    )


def sandbox(*folders: str) -> Mapping[str, str]:
    """What confines the nodes' program, for its units; of ``/etc`` it writes below these folders and its own."""
    return {"SANDBOX": filled(shipped("units/sandbox").strip(), {"FOLDERS": " ".join(("foxden", *folders))})}


def secrets(role: Role, pool: str) -> Secrets:
    """What nodes may read and write below :attr:`Node.parameters`: servers all of it, workers their pool's own."""
    if role == Role.SERVER:
        return Secrets(read=("*",), write=("*",))
    return Secrets(read=("shared/*", f"pools/{pool}/*"))
