"""What runs in the cluster beside services: a project of its own, which the real engine runs on the cluster."""

import json
from dataclasses import dataclass
from typing import Any

from local.agents.cluster import Cluster
from tests.engine.harness.apis import Json
from tests.engine.harness.command import Done, run
from tests.engine.harness.site import COMMAND_WITHIN
from tests.engine.kubernetes.world import Kubernetes, World

_PROGRAM = "tests/engine/kubernetes/program"
_STACK = ("--stack", "beside")


@dataclass(frozen=True)
class Beside:
    """The project's stack."""

    world: World

    @property
    def api(self) -> Kubernetes:
        """The API server."""
        return self.world.api

    def begin(self) -> None:
        """Have the images and an empty stack."""
        site = self.world.site
        made = site.words(".venv/bin/python", "-m", "tests.engine.kubernetes.supplies")
        run(made, site.checkout, site.env, COMMAND_WITHIN, 0)
        self._pulumi("stack", "init")

    def up(self, expect: int = 0, **services: Any) -> Done:
        """Have these cluster services, and no others."""
        cluster = Cluster(**self.world.site.facts).connection()
        self.world.site.write(f"{_PROGRAM}/wish.json", json.dumps({"cluster": cluster, "services": services}))
        return self._pulumi("up", "--yes", "--skip-preview", expect=expect)

    def unchanged(self) -> None:
        """Neither the program nor the cluster has anything to change."""
        self._pulumi("preview", "--expect-no-changes")
        self._pulumi("refresh", "--preview-only", "--expect-no-changes")

    def end(self) -> None:
        """Have none of them, and no stack."""
        self._pulumi("destroy", "--yes", "--skip-preview")
        self._pulumi("stack", "rm", "--yes")

    def asked(self, space: str, service: str, path: str, **parameters: str) -> Json:
        """What one answers, through the API."""
        return self.api.get(f"/api/v1/namespaces/{space}/services/{service}/proxy{path}", **parameters)

    def _pulumi(self, *words: str, expect: int = 0) -> Done:
        return self.world.site.pulumi("--cwd", _PROGRAM, *words, *_STACK, "--color", "never", expect=expect)
