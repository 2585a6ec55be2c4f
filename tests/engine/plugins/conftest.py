"""Real servers and a real engine, with the stand-ins between them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.plugins.projects import Project, environment, named
from tests.engine.plugins.projects import project as new_project
from tests.engine.plugins.servers import Servers, running


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Consul and Nomad, started once for all tests of a process."""
    with running(tmp_path_factory.mktemp("servers")) as found:
        yield found


@pytest.fixture(scope="session")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of all pulumi commands."""
    return environment(tmp_path_factory.mktemp("pulumi"))


@pytest.fixture
def project(tmp_path: Path, env: dict[str, str], servers: Servers) -> Iterator[Project]:
    """A project of the test's own."""
    with new_project(named(tmp_path), tmp_path / "project", env, servers.providers()) as made:
        yield made
