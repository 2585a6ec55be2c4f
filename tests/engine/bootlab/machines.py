"""A cluster's machines, made by ``pulumi up`` of the components that every environment uses, on the lab's cloud."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.simulate.cloud import Cloud
from tests.engine.aws.projects import Project, environment
from tests.engine.bootlab.cluster import NAME
from tests.engine.bootlab.lab import REGION, Lab

FOLLOW_WITHIN = 30
"""Seconds until every node knows of new secrets: the least that can be chosen."""

SNAPSHOTS = "lab-snapshots"
"""The bucket that they are put into."""

_PROGRAM = Path(__file__).parent / "program_machines"


@dataclass
class Machines:
    """The stack of a network, servers and a pool of workers."""

    project: Project
    settings: dict[str, Any] = field(default_factory=dict)

    def up(self, *, servers: Mapping[str, Any] | None = None, workers: Mapping[str, Any] | None = None) -> None:
        """Bring it up, with other settings of servers and workers than before."""
        self.settings["servers"] |= servers or {}
        self.settings["workers"] |= workers or {}
        (self.project.directory / "settings.json").write_text(json.dumps(self.settings))
        self.project.up()


def machines(lab: Lab, scheduler: str, pool: str, servers: int, workers: int) -> Machines:
    """The stack, with nothing in it yet."""
    directory = lab.directory / "machines"
    shutil.copytree(_PROGRAM, directory)
    home = lab.directory / "of-machines"
    home.mkdir()
    env = {**environment(home, Cloud(lab.endpoint)), "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
    (directory / "Pulumi.yaml").write_text("name: lab-machines\nruntime: python\n")
    project = Project("lab-machines", directory, env, {})
    project.pulumi("stack", "init")
    programs = {archive.name: archive.told(lab.mirror) for archive in lab.supplies.archives}
    image = lab.images.first(lab.cloud)
    lab.cloud.client("s3").create_bucket(
        Bucket=SNAPSHOTS, CreateBucketConfiguration={"LocationConstraint": lab.cloud.region}
    )
    settings = {
        "name": NAME,
        "scheduler": scheduler,
        "cidr": str(lab.network.addresses),
        "zones": [f"{REGION}{zone}" for zone in "abc"],
        "pool": pool,
        "servers": {
            "servers": servers,
            "image": image,
            "software": {"programs": programs},
            "unhealthy_after": 60,
            "follow_within": FOLLOW_WITHIN,
            "snapshots": SNAPSHOTS,
        },
        # Spot, so that the group does what it does when capacity is about to be taken away.
        "workers": {
            "image": image,
            "min": workers,
            "max": workers + 1,
            "on_demand": {"percent": 0},
            # A fifth of two, the default, is less than one machine.
            "refresh": {"surplus": 50},
            "registries": [lab.registry.host],
            "pull_test": lab.registry.image,
        },
    }
    return Machines(project, settings)
