"""A real control plane and a real engine, with the stand-in between them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.plugins.kubernetes import control_plane, node
from tests.engine.plugins.kubernetes.control_plane import Api
from tests.engine.plugins.projects import Project
from tests.engine.plugins.projects import project as new_project


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API server, started once for all tests of a process."""
    directory = tmp_path_factory.mktemp("control-plane")
    with control_plane.running(directory) as found, node.playing(found, directory):
        yield found


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path, env: dict[str, str], api: Api) -> Iterator[Project]:
    """A project of the test's own."""
    name = request.node.originalname.removeprefix("test_").replace("_", "-")[:40]
    providers = {"kubernetes.Provider": {"k": {"kubeconfig": {"secret": api.kubeconfig()}}}}
    with new_project(name, tmp_path / "project", env, providers) as made:
        yield made
