"""Fixtures of the tests against real servers. Only for ``shared`` and ``site`` is the local environment started."""

import os
import signal
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.engine.harness.shared import Shared
from tests.engine.harness.site import Site, new_site

_FAILED = pytest.StashKey[bool]()

# Who is asked to end takes away what was started, as after Ctrl-C.
signal.signal(signal.SIGTERM, signal.default_int_handler)


def _hosts_can_boot() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the lab of booted hosts where there can be none."""
    return True if collection_path.name == "bootlab" and not _hosts_can_boot() else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out."""
    if not _hosts_can_boot():
        terminalreporter.write_line("left out: tests/engine/bootlab, for only root boots hosts, and only on Linux")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember in the session that a test failed, until the environment was made well again."""
    report = yield
    if report.failed:
        item.session.stash[_FAILED] = True
    return report


@pytest.fixture(scope="session")
def running() -> Iterator[Shared]:
    """One server with the services of this checkout, up from nothing; everything is gone at the end."""
    site = new_site()
    with site.gone_at_the_end():
        yield Shared(site, site.up())


@pytest.fixture
def doubtful(request: pytest.FixtureRequest) -> bool:
    """Whether a test has failed since this was asked last: then nothing of what runs can be taken for granted."""
    failed = request.session.stash.get(_FAILED, False)
    request.session.stash[_FAILED] = False
    return failed


@pytest.fixture
def shared(running: Shared, doubtful: bool) -> Shared:
    """The running environment, in the state that every test begins with."""
    running.make_well(doubtful)
    return running


@pytest.fixture
def site(shared: Shared) -> Site:
    """Where the commands are given."""
    return shared.site
