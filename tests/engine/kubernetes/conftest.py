"""One cluster for all tests, each of which finds it well."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.kubernetes.world import World, a_world


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave all of it out where there can be no cluster."""
    return None if sys.platform == "linux" and os.geteuid() == 0 else True


@pytest.fixture(scope="session")
def running() -> Iterator[World]:
    """The environment, up from nothing; everything is gone at the end."""
    with a_world() as world:
        yield world


@pytest.fixture
def world(running: World, doubtful: bool) -> World:
    """The environment, in the state that every test begins with."""
    running.make_well(doubtful)
    return running
