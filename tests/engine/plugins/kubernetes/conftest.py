"""A real control plane and a real engine, with the stand-in between them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.toolchain.checkers import ensure
from local.toolchain.kubernetes import KUBERNETES
from local.toolchain.minors import API_SERVERS
from tests.engine.plugins.kubernetes import control_plane, node
from tests.engine.plugins.kubernetes.control_plane import Api
from tests.engine.plugins.projects import Project, named
from tests.engine.plugins.projects import project as new_project


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API server, started once for all tests of a process."""
    directory = tmp_path_factory.mktemp("control-plane")
    with control_plane.running(directory) as found, node.playing(found, directory):
        yield found


@pytest.fixture(scope="module", params=sorted([KUBERNETES, *API_SERVERS]))
def judge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An API server of each version that objects must do for, one after the other."""
    if request.param == KUBERNETES:
        yield request.getfixturevalue("api")
        return
    program = ensure(API_SERVERS[request.param])
    with control_plane.serving(tmp_path_factory.mktemp("judge"), program) as found:
        yield found


@pytest.fixture
def project(tmp_path: Path, env: dict[str, str], api: Api) -> Iterator[Project]:
    """A project of the test's own."""
    providers = {"kubernetes.Provider": {"k": {"kubeconfig": {"secret": api.kubeconfig()}}}}
    with new_project(named(tmp_path), tmp_path / "project", env, providers) as made:
        yield made
