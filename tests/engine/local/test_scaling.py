"""More and fewer instances."""

from tests.engine.harness.changes import each_answers, scaled
from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import Shared, jobs_and_instances
from tests.engine.harness.waiting import until


def test_scaling_from_one_to_five_to_two_fails_no_request(shared: Shared) -> None:
    """The replicas are in the stack's own description; the callers of the service go on as they were."""
    site = shared.site
    described = site.read("stacks/services.py")
    callers = {service: facts for service, facts in jobs_and_instances(site).items() if service != "pods"}

    def instances() -> set[str]:
        return set(site.nomad.instances("pods", "local"))

    with steady_requests(site.url("app")) as stream:
        for replicas in (1, 5, 2):
            scaled(site, described, replicas)
            until(lambda wanted=replicas: len(instances()) == wanted, f"{replicas} run", within=20)  # type: ignore[misc]
            until(
                lambda wanted=replicas: len(site.consul.healthy("pods--local")) == wanted,  # type: ignore[misc]
                f"Consul knows {replicas}",
                within=20,
            )
            each_answers(site, instances)
    stream.none_failed()
    now = jobs_and_instances(site)
    assert {service: now[service] for service in callers} == callers, "the callers of pods were touched"
