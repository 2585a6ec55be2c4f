"""The projects of examples/projects as their readers have them: copied, and run by the real engine."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from local.errors import LocalError
from local.paths import REPO
from local.toolchain.catalog import TOOLS
from local.toolchain.languages import yaml_host
from tests.engine.plugins.projects import Project, environment, launcher
from tests.engine.plugins.servers import Servers, running

EXAMPLES = REPO / "examples" / "projects"
_READ = ('service_prefix ""', 'node_prefix ""', 'key_prefix "foxden/"')
_ANONYMOUS = "00000000-0000-0000-0000-000000000002"


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


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Consul and Nomad, that were there before."""
    with running(tmp_path_factory.mktemp("servers")) as found:
        # What docs/nomad.md says that the agents must allow.
        rules = " ".join(f'{what} {{ policy = "read" }}' for what in _READ)
        found.consul.put("/v1/acl/policy", {"Name": "tasks", "Rules": rules})
        found.consul.put(f"/v1/acl/token/{_ANONYMOUS}", {"Policies": [{"Name": "tasks"}]})
        yield found


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """The environment of all pulumi commands of a test: its projects share a backend."""
    made = environment(tmp_path)
    version = TOOLS["pulumi"].version
    try:
        host = yaml_host()
    except LocalError as error:
        pytest.fail(f"no program in YAML was run: {error}", pytrace=False)
    place = Path(made["PULUMI_HOME"]) / "plugins" / f"language-yaml-v{version}" / host.name
    place.parent.mkdir()
    place.symlink_to(host)
    launcher(Path(made["PULUMI_HOME"]), "language", "nodejs", version, "language_nodejs")
    return made


@pytest.fixture
def copied(tmp_path: Path, env: dict[str, str]) -> Iterator[Callable[[str], Copy]]:
    """Copies an example, at its place beside a library; what it has left is destroyed at the end."""
    (tmp_path / "components").symlink_to(REPO / "components")
    with ExitStack() as made:

        def copy(name: str) -> Copy:
            directory = tmp_path / "examples" / "projects" / name
            shutil.copytree(EXAMPLES / name, directory, ignore=shutil.ignore_patterns("node_modules", ".venv"))
            project = Copy(_name(directory), directory, env, {})
            project.pulumi("stack", "init")
            made.callback(lambda: project.destroy() if project.state() else "")
            return project

        yield copy


def _name(directory: Path) -> str:
    lines = (directory / "Pulumi.yaml").read_text().splitlines()
    return next(line.removeprefix("name: ") for line in lines if line.startswith("name: "))
