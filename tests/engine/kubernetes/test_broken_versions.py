"""A version that runs and is never well: ``up`` fails and says why, and the old version goes on."""

import uuid

from tests.engine.harness.changes import NEVER_WELL
from tests.engine.harness.load import steady_requests
from tests.engine.kubernetes.world import World

IMPATIENT = {"pods": {"health": {"grace": 6}, "release": {"deadline": 16}}}
"""Seconds after which an instance that never gets well is given up: a developer's choice, for a shorter wait."""


def test_a_version_that_is_never_well_fails_and_the_old_one_keeps_serving(world: World) -> None:
    """A non-zero exit code, the last lines of the broken instance, no failed request; the next good ``up`` repairs."""
    site, mark, old = world.site, str(uuid.uuid4()), world.version("pods")
    site.choose(services=IMPATIENT)
    code = site.read("examples/apps/pods/app.py")
    site.write("examples/apps/pods/app.py", code.replace("APP = ", f"{NEVER_WELL.replace('MARK', mark)}\nAPP = "))
    with steady_requests(site.url("app")) as stream:
        failed = site.up(expect=1)
        assert f"{mark}: the database is not there" in failed.output, f"the reason is not shown: {failed}"
        assert f"version {old} keeps serving: 2 healthy instances" in failed.output, failed
        assert "Traceback" not in failed.output, failed
        world.make_well()
    stream.none_failed()
    assert world.version("pods") == old
    site.pulumi("preview", "--stack", "local", "--expect-no-changes")
