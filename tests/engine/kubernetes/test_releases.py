"""Versions come and go while requests come in: none is lost, whatever the strategy, and a bad one stops."""

import uuid

import pytest

from tests.engine.harness.changes import ENDS_AT_ONCE, NEVER_WELL
from tests.engine.harness.load import steady_requests
from tests.engine.kubernetes.world import ENVIRONMENT, World

IMPATIENT = {"health": {"grace": 8}, "release": {"deadline": 20}}
"""Seconds after which an instance that never gets well is given up: a developer's choice, for a shorter wait."""


@pytest.mark.parametrize("service", ["pods", "ionic-apps"])
def test_a_new_version_rolls_in_without_a_failed_request(world: World, service: str) -> None:
    """The one that is reached by others, and the one that is reached from outside; no other is touched."""
    before, old = world.ids(), world.version(service)
    world.site.new_version(service)
    with steady_requests(world.site.url("app")) as stream:
        done = world.site.up()
    stream.none_failed()
    assert "1 change" in done.output, done
    after, new = world.ids(), world.awaited_version(service, old)
    assert new in done.output, f"was {old}, is {new}: {done}"
    assert not before.pop(service) & after.pop(service)
    assert before == after, "other services were touched"
    world.keep()


def test_a_broken_version_fails_and_the_old_one_keeps_serving(world: World) -> None:
    """A non-zero exit code, the pods' reasons, no failed request; the next good ``up`` repairs.

    The new version needs nobody any more; the old one reaches whom it needs for as long as it serves.
    """
    site, mark, old = world.site, str(uuid.uuid4()), world.version("meeting-router")
    code = site.read("examples/apps/meeting-router/app.py")
    site.choose(services={"meeting-router": {**IMPATIENT, "needs": []}})
    broken = code.replace("APP = ", f"{ENDS_AT_ONCE.replace('MARK', mark)}\nAPP = ")
    site.write("examples/apps/meeting-router/app.py", broken)
    with steady_requests(site.url("app")) as stream:
        failed = site.up(expect=1)
        assert f"{mark}: no licence found" in failed.output, f"the reason is not shown: {failed}"
        assert f"version {old} keeps serving: 2 healthy instances" in failed.output, failed
        assert "Traceback" not in failed.output, failed
        assert world.version("meeting-router") == old
        for name, text in world.files.items():
            site.write(name, text)
        site.up()
    stream.none_failed()
    site.pulumi("preview", "--stack", "local", "--expect-no-changes")


def test_an_image_that_cannot_be_had_is_said(world: World) -> None:
    """With the kubelet's reason; the old version keeps serving."""
    old = world.version("pods")
    world.site.choose(services={"pods": {**IMPATIENT, "image": "foxden/pods:nowhere"}})
    failed = world.site.up(expect=1)
    assert "ImagePullBackOff" in failed.output or "ErrImagePull" in failed.output, failed
    assert world.version("pods") == old


def test_blue_green_switches_over_and_back_without_a_failed_request(world: World) -> None:
    """A whole new set beside the old one, which goes when all requests go to the new; so does the first of them."""
    site = world.site
    site.choose(services={"ionic-apps": {"release": {"strategy": "blue-green"}}})
    with steady_requests(site.url("app")) as stream:
        site.up()
    stream.none_failed()
    world.keep()
    old, sets = world.version("ionic-apps"), _sets(world, "ionic-apps")
    assert len(sets) == 1 and "ionic-apps" not in sets, sets
    code = site.read("examples/apps/ionic-apps/app.py")
    site.new_version("ionic-apps")
    with steady_requests(site.url("app")) as stream:
        site.up()
        new = world.awaited_version("ionic-apps", old)
        assert len(_sets(world, "ionic-apps")) == 1 and _sets(world, "ionic-apps") != sets
        site.write("examples/apps/ionic-apps/app.py", code)
        site.up()
        assert world.awaited_version("ionic-apps", new) == old
    stream.none_failed()
    assert _sets(world, "ionic-apps") == sets
    assert set(stream.answers) == {old, new}, dict(stream.answers)


def test_a_canary_stops_a_version_that_fails(world: World) -> None:
    """Only the canary was ever of it; the others keep serving the old one. No strategy begins with a loss."""
    site = world.site
    rolling, canary = ({"release": {"strategy": strategy}} for strategy in ("rolling", "canary"))
    site.choose(services={"ionic-apps": rolling, "pods": canary})
    with steady_requests(site.url("app")) as stream:
        site.up()
    stream.none_failed()
    world.keep()
    old, main = world.version("pods"), set(world.api.pods("pods"))
    assert _sets(world, "pods") == {"pods", "pods--canary"}
    assert _sets(world, "ionic-apps") == {"ionic-apps"}
    code = site.read("examples/apps/pods/app.py")
    site.choose(services={"pods": {"health": {"grace": 8}, "release": {"strategy": "canary", "deadline": 20}}})
    site.write("examples/apps/pods/app.py", code.replace("APP = ", f"{NEVER_WELL}\nAPP = "))
    with steady_requests(site.url("app")) as stream:
        failed = site.up(expect=1)
    stream.none_failed()
    assert "the database is not there" in failed.output, failed
    assert world.version("pods") == old
    others = {name for name, pod in world.api.pods("pods").items() if pod["metadata"]["labels"]["foxden/set"] == "main"}
    assert others and others <= main, f"others than the canary were touched: {others - main}"


def _sets(world: World, service: str) -> set[str]:
    path = f"/apis/apps/v1/namespaces/{ENVIRONMENT}/deployments"
    found = world.api.items(path, labelSelector=f"app.kubernetes.io/name={service}")
    return {deployment["metadata"]["name"] for deployment in found}
