"""The projects of examples/projects as their readers have them: copied, and run by the real engine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.errors import LocalError
from local.toolchain.catalog import TOOLS
from local.toolchain.languages import yaml_host
from tests.engine.plugins.projects import environment, launcher
from tests.engine.plugins.servers import Servers, running
from tests.engine.projects.copies import Copy, copies

_READ = ('service_prefix ""', 'node_prefix ""', 'key_prefix "foxden/"')
_ANONYMOUS = "00000000-0000-0000-0000-000000000002"


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
    """Copies an example; what it has left is destroyed at the end."""
    with copies(tmp_path, env) as copy:
        yield copy
