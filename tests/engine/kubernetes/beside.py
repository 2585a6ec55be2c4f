"""What runs in the cluster beside services: a project of its own, which the real engine runs on the cluster."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.agents.cluster import Cluster
from tests.engine.harness.apis import Json
from tests.engine.harness.command import Done, run
from tests.engine.harness.site import COMMAND_WITHIN
from tests.engine.kubernetes.world import ENVIRONMENT, Kubernetes, World

_PROGRAM = "tests/engine/kubernetes/program"
_WISH = f"{_PROGRAM}/wish.json"
_STACK = ("--stack", "beside")


@dataclass(frozen=True)
class Beside:
    """The project's stack."""

    world: World

    @property
    def api(self) -> Kubernetes:
        """The API server."""
        return self.world.api

    def begin(self, amazon: Mapping[str, str] | None = None) -> None:
        """Have the images and an empty stack. ``amazon``: the ENV by which Amazon is reached, if there is one."""
        site = self.world.site
        words = [json.dumps(amazon)] if amazon else []
        made = site.words(".venv/bin/python", "-m", "tests.engine.kubernetes.supplies", *words)
        run(made, site.checkout, site.env, COMMAND_WITHIN, 0)
        self._pulumi("stack", "init")

    def up(self, expect: int = 0, **services: Any) -> Done:
        """Have these cluster services, and no others."""
        cluster = Cluster(**self.world.site.facts).connection()
        self.world.site.write(_WISH, json.dumps({"cluster": cluster, "services": services}))
        return self._pulumi("up", "--yes", "--skip-preview", expect=expect)

    def others(self) -> set[str]:
        """What was deployed into the cluster, but for the services of developers."""
        return {found for found in self.api.ours() if f" {ENVIRONMENT} " not in found}

    def unchanged(self) -> None:
        """Neither the program nor the cluster has anything to change."""
        self._pulumi("preview", "--expect-no-changes")
        self._pulumi("refresh", "--preview-only", "--expect-no-changes")

    def end(self) -> None:
        """Have none of them, no stack, and no credential of the cluster in the clone."""
        self._pulumi("destroy", "--yes", "--skip-preview")
        self._pulumi("stack", "rm", "--yes")
        (self.world.site.checkout / _WISH).unlink()

    def asked(self, space: str, service: str, path: str, **parameters: str) -> Json:
        """What one answers, through the API."""
        return self.api.get(f"/api/v1/namespaces/{space}/services/{service}/proxy{path}", **parameters)

    def _pulumi(self, *words: str, expect: int = 0) -> Done:
        return self.world.site.pulumi("--cwd", _PROGRAM, *words, *_STACK, "--color", "never", expect=expect)
