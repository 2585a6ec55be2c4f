"""A service that is told another value, or needs something else from now on, is told so."""

import uuid

from tests.engine.harness.changes import needs_legacy, told
from tests.engine.harness.load import steady_requests
from tests.engine.harness.outside import outside_service
from tests.engine.harness.waiting import until
from tests.engine.kubernetes.processes import programs
from tests.engine.kubernetes.world import THIS_MACHINE, World

SERVICE = "meeting-router"
ADDRESS = {"PODS_URL": "http://pods.local.svc.cluster.local:80"}


def _only_changed(world: World, before: dict[str, set[str]]) -> None:
    """All its pods are others; those of all others are as they were."""
    after = world.ids()
    assert not before.pop(SERVICE) & after.pop(SERVICE), f"old pods of {SERVICE} are still there"
    assert after == before, f"other services than {SERVICE} were touched"


def _reaches(world: World, need: str, addresses: dict[str, str]) -> None:
    """Wait until it is a new pod that answers, which knows this need alone and gets an answer from there."""

    def reached() -> bool:
        answer = world.site.get(world.site.url("app")).json()["needs"][SERVICE]
        assert answer["addresses"] == addresses, answer
        return bool(answer["needs"][need]["service"] == need)

    until(reached, f"requests pass through {need}", within=15)


def test_a_changed_env_rolls_in_without_a_failed_request(world: World) -> None:
    """Only the environment's choices are changed; every instance is told the new value."""
    site, before, colour = world.site, world.ids(), f"colour-{uuid.uuid4()}"
    site.choose(services={SERVICE: {"env": {"COLOUR": colour}}})
    with steady_requests(site.url("app")) as stream:
        site.up()
    stream.none_failed()
    _only_changed(world, before)
    told(lambda: programs(world, SERVICE), {"COLOUR": colour}, "COLOUR")
    world.keep()


def test_a_need_changed_to_an_external_endpoint_is_injected_anew_and_back(world: World) -> None:
    """The new address arrives, the old one is gone, no other service is touched, no request fails; so it is back."""
    site, before = world.site, world.ids()
    with outside_service("legacy") as listening, steady_requests(site.url("app")) as stream:
        legacy = listening.replace("127.0.0.1", THIS_MACHINE)
        needs_legacy(site, legacy)
        site.up()
        _reaches(world, "legacy", {"LEGACY_URL": legacy})
        host, port = legacy.removeprefix("http://").split(":")
        wanted = {"LEGACY_URL": legacy, "LEGACY_HOST": host, "LEGACY_PORT": port}
        told(lambda: programs(world, SERVICE), wanted, "PODS_", "LEGACY_")
        _only_changed(world, before)
        # Back again while the other end still answers, as a user who changes their mind.
        before = world.ids()
        world.make_well()
        _reaches(world, "pods", ADDRESS)
    stream.none_failed()
    _only_changed(world, before)
