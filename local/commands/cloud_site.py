"""Where an environment's cluster is, when that is on a cloud: read from the environments' files alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.errors import LocalError
from local.forwards import FORWARDS, Forward
from local.paths import REPO
from local.stackfiles import lineage, values

CLOUDS = ("aws",)
"""The clouds that the commands know to talk to."""


@dataclass(frozen=True)
class Site:
    """A cluster on a cloud."""

    environment: str
    """The one that the cluster belongs to; its name is the cluster's."""
    region: str
    choices: dict[str, Any]

    @property
    def scheduler(self) -> str:
        """What runs services there."""
        return str(self.choices.get("scheduler", "nomad"))

    @property
    def managed(self) -> bool:
        """Whether the cloud runs the servers itself."""
        return self.choices.get("managed") is True

    @property
    def forwards(self) -> Mapping[str, Forward]:
        """The APIs of it. Raises LocalError for a scheduler whose clusters nobody connects to so."""
        if self.scheduler not in FORWARDS:
            known = ", ".join(sorted(FORWARDS))
            raise LocalError(
                f"environment '{self.environment}': scheduler must be one of {known}, got {self.scheduler}"
            )
        return FORWARDS[self.scheduler]

    @property
    def parameters(self) -> str:
        """Where the cluster keeps its secrets."""
        return f"/foxden/{self.environment}"


def site(env: str, root: Path = REPO) -> Site:
    """The cluster that an environment is on. Raises LocalError where that is none of a cloud."""
    names, own = lineage(env, root), values(env, root)
    home = env if own.get("cluster") == "own" else names[-1]
    choices = values(home, root)
    if choices.get("cloud") not in CLOUDS:
        raise LocalError(f"environment '{env}' is on no cloud ({', '.join(CLOUDS)}), but on this machine's own cluster")
    region = choices.get("region")
    if not isinstance(region, str):
        raise LocalError(f"environment '{home}': region must be given in Pulumi.{home}.yaml")
    return Site(home, region, choices)
