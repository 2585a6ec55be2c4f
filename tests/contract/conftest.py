"""Every test that takes ``name`` or ``chosen`` runs once for each scheduler of the table."""

import pytest

from foxden.schedulers.base import SCHEDULERS, Scheduler, scheduler


@pytest.fixture(params=sorted(SCHEDULERS))
def name(request: pytest.FixtureRequest) -> str:
    """The name of a scheduler."""
    return str(request.param)


@pytest.fixture
def chosen(name: str) -> Scheduler:
    """The scheduler of that name."""
    return scheduler(name)
