"""More and fewer instances."""

from tests.engine.harness.changes import each_answers, scaled
from tests.engine.harness.load import steady_requests
from tests.engine.harness.waiting import until
from tests.engine.kubernetes.world import World


def test_scaling_from_one_to_five_to_two_fails_no_request(world: World) -> None:
    """The replicas are in the stack's own description; the callers of the service go on as they were."""
    site, callers = world.site, world.ids()
    described = site.read("stacks/services.py")

    def pods() -> set[str]:
        return set(world.api.pods("pods"))

    with steady_requests(site.url("app")) as stream:
        for replicas in (1, 5, 2):
            scaled(site, described, replicas)
            until(lambda wanted=replicas: len(pods()) == wanted, f"{replicas} run", within=20)  # type: ignore[misc]
            each_answers(site, pods)
    stream.none_failed()
    assert {**world.ids(), "pods": callers["pods"]} == callers, "the callers of pods were touched"
