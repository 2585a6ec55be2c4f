"""Pulumi projects on a simulated AWS, with the stand-in as their plugin even where the official one is installed."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from local.shell import tool
from local.simulate.cloud import Cloud, without_aws
from local.toolchain.catalog import AWS_PLUGIN
from tests.engine.harness.command import Running, run
from tests.engine.plugins.projects import Project as Base
from tests.engine.plugins.projects import settings

REGION = "eu-central-1"
PATIENCE = 1800.0
"""Seconds for any command: these tests may run at the lowest priority, beside others that take what there is."""
_DROPPED = ("PULUMI_", "NO_PROXY", "no_proxy")


class Project(Base):
    """A project with one stack, ``dev``, and choices in its configuration."""

    def choose(self, **choices: str) -> None:
        """Set its configuration."""
        for name, value in choices.items():
            self.pulumi("config", "set", *(["--secret"] if name == "secret" else []), name, value)

    def pulumi(self, *words: str, expect: int | None = 0) -> str:
        """Run a command on the stack; returns everything it said."""
        return run(self.command(*words), self.directory, self.env, PATIENCE, expect).output

    def started(self, *words: str) -> Running:
        return Running(self.command(*words), self.directory, self.env)

    def outputs(self, name: str, kind: str) -> dict[str, Any]:
        """What the state holds of a resource: more than one may have its name."""
        resources = json.loads(self.state_text)["checkpoint"]["latest"]["resources"]
        found = [one for one in resources if one["urn"].endswith(f":{kind}::{name}")]
        assert len(found) == 1, [one["urn"] for one in resources]
        return {"id": found[0]["id"], **found[0]["outputs"]}


def environment(directory: Path, cloud: Cloud) -> dict[str, str]:
    """An environment in which ``pulumi`` finds the stand-ins, and they the simulated AWS."""
    return {
        **{name: value for name, value in without_aws(os.environ).items() if not name.startswith(_DROPPED)},
        **cloud.environment(REGION),
        **settings(directory, {AWS_PLUGIN.name: AWS_PLUGIN.version}),
    }


def new_project(program: str, directory: Path, env: dict[str, str], source: Path = Path(__file__).parent) -> Project:
    """A project with a program of this folder's, or of another one's."""
    shutil.copytree(source / program, directory)
    (directory / "Pulumi.yaml").write_text(f"name: {program}\nruntime: python\n")
    made = Project(program, directory, env, {})
    run([str(tool("pulumi")), "stack", "init", "dev"], directory, env, PATIENCE)
    return made
