"""A cluster's machines, made by ``pulumi up`` of the components that every environment uses, on the lab's cloud."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.simulate.cloud import Cloud
from tests.engine.aws.projects import Project, environment
from tests.engine.bootlab.cluster import NAME
from tests.engine.bootlab.lab import REGION, Lab
from tests.engine.bootlab.mirror import archives

_PROGRAM = Path(__file__).parent / "program_machines"


@dataclass
class Machines:
    """The stack of a network, servers and a pool of workers."""

    project: Project
    settings: dict[str, Any] = field(default_factory=dict)

    def up(self, **changed: Any) -> None:
        """Bring it up, with other settings than before."""
        self.settings |= changed
        (self.project.directory / "settings.json").write_text(json.dumps(self.settings))
        self.project.up()


def machines(lab: Lab, pool: str, servers: int, workers: int) -> Machines:
    """The stack, with nothing in it yet."""
    directory = lab.directory / "machines"
    shutil.copytree(_PROGRAM, directory)
    home = lab.directory / "of-machines"
    home.mkdir()
    env = {**environment(home, Cloud(lab.endpoint)), "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
    (directory / "Pulumi.yaml").write_text("name: lab-machines\nruntime: python\n")
    project = Project("lab-machines", directory, env, {})
    project.pulumi("stack", "init")
    programs = {
        archive.name: {"version": archive.version, "checksum": archive.sha256, "url": f"{lab.mirror}{archive.path}"}
        for archive in archives().values()
    }
    settings = {
        "name": NAME,
        "cidr": str(lab.network.addresses),
        "zones": [f"{REGION}{zone}" for zone in "abc"],
        "image": lab.cloud.ec2.describe_images()["Images"][0]["ImageId"],
        "servers": servers,
        "pool": pool,
        "workers": workers,
        "software": {"programs": programs},
        "unhealthy_after": 60,
    }
    return Machines(project, settings)
