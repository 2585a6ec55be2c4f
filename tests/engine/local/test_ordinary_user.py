"""Everything works without root."""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.engine.harness.people import NOBODY, ordinary_site
from tests.engine.harness.shared import SERVICES, all_well
from tests.engine.harness.site import Site
from tests.engine.harness.tasks import tasks
from tests.engine.harness.waiting import until


@pytest.fixture(scope="module")
def ordinary() -> Iterator[Site]:
    """The site of somebody who is not root."""
    site = ordinary_site()
    with site.gone_at_the_end():
        yield site


def test_up_request_and_down_after_a_crash_as_an_ordinary_user(ordinary: Site) -> None:
    """Services run by the raw_exec driver, as this user; the end, with nothing left, is the fixture's."""
    me = NOBODY if os.geteuid() == 0 else os.geteuid()
    done = ordinary.up()
    assert "2/2" in done.output, done
    until(lambda: all_well(ordinary), "all services are well", within=30)
    answer = ordinary.get(ordinary.url("app")).json()
    assert answer["needs"]["meeting-router"]["needs"]["pods"]["secrets"] == {"API_KEY": True}, answer
    for service in SERVICES:
        job = ordinary.nomad.job(service, "local")
        drivers = {task["Driver"] for task in job["TaskGroups"][0]["Tasks"]}
        assert drivers == {"raw_exec"}, f"{service} runs with {drivers}"
        processes = tasks(ordinary, service)
        assert len(processes) == 2, f"{service}: {processes}"
        assert {process.uids().effective for process in processes} == {me}, f"{service}: {processes}"
    again = ordinary.up()
    assert "nothing to change" in again.output, again
    ordinary.pulumi("preview", "--stack", "local", "--expect-no-changes")
    # The end comes while a release is on its way, and its command is gone.
    before = ordinary.nomad.version("pods", "local")
    ordinary.new_version("pods")
    with ordinary.start("up") as up:
        until(lambda: ordinary.nomad.version("pods", "local") > before, "the release has begun", within=30)
        up.signal_group(signal.SIGKILL)
        up.wait(10)
