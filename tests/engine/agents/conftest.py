"""Clusters for tests."""

from collections.abc import Iterator

import pytest

from tests.engine.agents.lab import Lab, a_lab


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A state directory of the test's own, with nothing in it."""
    with a_lab() as made:
        yield made


@pytest.fixture(scope="module")
def one() -> Iterator[Lab]:
    """A running cluster with one server, shared by a module's tests: leave it as well as it was."""
    with a_lab() as made:
        made.start()
        yield made
