"""Copies of the projects of examples/projects, as their readers have them."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from local.paths import REPO
from tests.engine.plugins.projects import Project

EXAMPLES = REPO / "examples" / "projects"


class Copy(Project):
    """An example's copy."""

    def choose(self, **choices: Any) -> None:
        """Set its configuration; a value that is a dictionary becomes an object."""
        for name, value in choices.items():
            secret = ["--secret"] if name.lower().endswith(("token", "key")) else []
            entries = {f"{name}.{key}": item for key, item in value.items()} if isinstance(value, dict) else {}
            for path, item in (entries or {name: value}).items():
                self.pulumi("config", "set", *secret, *(["--path"] if entries else []), path, str(item))

    def outputs(self) -> dict[str, Any]:
        """What its stack gives out."""
        found: dict[str, Any] = json.loads(self.pulumi("stack", "output", "--json", "--show-secrets"))
        return found


@contextmanager
def copies(directory: Path, env: dict[str, str]) -> Iterator[Callable[[str], Copy]]:
    """Copies an example below a directory, at its place beside a library; what it has left is destroyed at the end."""
    (directory / "components").symlink_to(REPO / "components")
    with ExitStack() as made:

        def copy(name: str) -> Copy:
            place = directory / "examples" / "projects" / name
            shutil.copytree(EXAMPLES / name, place, ignore=shutil.ignore_patterns("node_modules", ".venv"))
            project = Copy(_name(place), place, env, {})
            project.pulumi("stack", "init")
            made.callback(lambda: project.destroy() if project.state() else "")
            return project

        yield copy


def _name(directory: Path) -> str:
    lines = (directory / "Pulumi.yaml").read_text().splitlines()
    return next(line.removeprefix("name: ") for line in lines if line.startswith("name: "))
