"""Versions that can't work: ``up`` fails and says why, and the old version goes on."""

import uuid

import pytest

from tests.engine.harness.changes import ENDS_AT_ONCE, NEVER_WELL
from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import Shared, all_well, jobs_and_instances
from tests.engine.harness.waiting import until

IMPATIENT = {"pods": {"health": {"grace": 6}, "release": {"deadline": 16}}}
"""Seconds after which an instance that never gets well is given up: a developer's choice, for a shorter wait."""


@pytest.mark.parametrize(
    ("flaw", "said"),
    [(NEVER_WELL, "the database is not there"), (ENDS_AT_ONCE, "no licence found")],
    ids=["never_well", "ends_at_once"],
)
def test_a_broken_version_fails_and_the_old_one_keeps_serving(shared: Shared, flaw: str, said: str) -> None:
    """A non-zero exit code, the last lines of the broken instance, no failed request; the next good ``up`` repairs."""
    site = shared.site
    mark = str(uuid.uuid4())
    old = site.get(site.url("app")).json()["needs"]["meeting-router"]["needs"]["pods"]["version"]
    code = site.read("examples/apps/pods/app.py")
    chosen = site.read("Pulumi.local.yaml")
    site.choose(services=IMPATIENT)
    site.write("examples/apps/pods/app.py", code.replace("APP = ", f"{flaw.replace('MARK', mark)}\nAPP = "))
    with steady_requests(site.url("app")) as stream:
        failed = site.up(expect=1)
        assert f"{mark}: {said}" in failed.output, f"the reason is not shown: {failed}"
        assert f"version {old} keeps serving" in failed.output, failed
        assert "Traceback" not in failed.output, failed
        site.write("examples/apps/pods/app.py", code)
        site.new_version("pods")
        site.write("Pulumi.local.yaml", chosen)
        site.up()
    stream.none_failed()
    until(lambda: all_well(site), "all services are well after the repair", within=20)
    new = site.get(site.url("app")).json()["needs"]["meeting-router"]["needs"]["pods"]["version"]
    assert new != old, f"the repaired version does not run, but {new}"
    site.pulumi("preview", "--stack", "local", "--expect-no-changes")
    shared.keep()


def test_a_check_that_asks_for_what_is_not_there_is_a_broken_version(shared: Shared) -> None:
    """The instances that serve don't get the new check: new ones do, and their log is shown."""
    site = shared.site
    chosen = site.read("Pulumi.local.yaml")
    before = jobs_and_instances(site)
    site.choose(services={"pods": {"health": {"path": "/nowhere", "grace": 6}, "release": {"deadline": 16}}})
    with steady_requests(site.url("app")) as stream:
        failed = site.up(expect=1)
        assert "the end of its stdout:" in failed.output and "keeps serving" in failed.output, failed
        site.write("Pulumi.local.yaml", chosen)
        site.up()
    stream.none_failed()
    until(lambda: all_well(site), "all services are well after the repair", within=20)
    after = jobs_and_instances(site)
    assert before["meeting-router"] == after["meeting-router"], "another service was touched"
    site.pulumi("preview", "--stack", "local", "--expect-no-changes")
    shared.keep()
