"""Nodes of a cluster, and the golden files of what they boot with.

``python -m tests.unit.boot.samples`` writes the golden files anew; look at the difference before you commit.
"""

import base64
import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from foxden.boot.cloudinit import cloud_config
from foxden.boot.node import Node, Role
from foxden.boot.parts import Boot
from foxden.schedulers.nomad import nodes

GOLDEN = Path(__file__).parent / "golden"
BUCKET = "dev-boot-1234"

SERVER = Node(
    cloud="aws",
    region="eu-west-1",
    cluster="dev",
    role=Role.SERVER,
    servers=3,
    parameters="/foxden/dev",
    key="alias/foxden-dev",
    snapshots="foxden-dev-snapshots",
)
WORKER = replace(
    SERVER,
    role=Role.WORKER,
    pool="general",
    node_class="large",
    meta={"team": "meetings"},
    dedicated=True,
    registries=("123456789012.dkr.ecr.eu-west-1.amazonaws.com",),
    registry_credentials=("ghcr.io",),
    pull_test="123456789012.dkr.ecr.eu-west-1.amazonaws.com/pods@sha256:00",
)
NODES = {"server": SERVER, "worker": WORKER}


def outline(boot: Boot) -> str:
    """The cloud-config, with no more than the place of the nodes' program: what is in it is tested elsewhere."""
    programs = [replace(each, key="programs/....pyz", checksum="...") for each in boot.programs]
    return cloud_config(replace(boot, programs=tuple(programs)))


def decoded(data: str) -> str:
    """What a machine makes of user-data."""
    raw = base64.b64decode(data)
    return (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()


def config(node: Node, **more: Any) -> Any:
    """What cloud-init reads in the user-data of a node."""
    return yaml.safe_load(decoded(nodes.boot(node, nodes.software(**more), BUCKET)))


def files(node: Node) -> dict[str, str]:
    """Path to content of the files that the user-data of a node has."""
    return {file["path"]: file["content"] for file in config(node)["write_files"]}


if __name__ == "__main__":
    for name, node in NODES.items():
        (GOLDEN / f"{name}.yaml").write_text(outline(nodes.parts(node, nodes.software(), BUCKET)))
