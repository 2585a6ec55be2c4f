"""A closed world for each module's tests, and what happened in it when one of them fails."""

from collections.abc import Generator, Iterator

import pytest

from tests.engine.bootlab.lab import Lab, a_lab

_LAB = pytest.StashKey[Lab]()


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A world of its own; this process is inside while the module's tests run, and nothing is left afterwards."""
    with a_lab() as made:
        request.session.stash[_LAB] = made
        yield made
        del request.session.stash[_LAB]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say what happened in the lab, next to what failed."""
    report = yield
    world = item.session.stash.get(_LAB, None)
    if report.failed and world is not None:
        report.sections.append(("the lab", world.told()))
    return report
