"""More and fewer instances."""

from tests.engine.harness.load import steady_requests
from tests.engine.harness.shared import Shared, jobs_and_instances
from tests.engine.harness.site import Site
from tests.engine.harness.waiting import until


def test_scaling_from_one_to_five_to_two_fails_no_request(shared: Shared) -> None:
    """The replicas are in the stack's own description; the callers of the service go on as they were."""
    site = shared.site
    described = site.read("stacks/services.py")
    callers = {service: facts for service, facts in jobs_and_instances(site).items() if service != "pods"}
    with steady_requests(site.url("app")) as stream:
        for replicas in (1, 5, 2):
            site.write("stacks/services.py", described.replace('"replicas": 2', f'"replicas": {replicas}', 1))
            done = site.up()
            assert f"{replicas}/{replicas}" in done.output, done
            _as_many_run(site, replicas)
            assert len(site.consul.healthy("pods--local")) == replicas
            _each_answers(shared, replicas)
    stream.none_failed()
    now = jobs_and_instances(site)
    assert {service: now[service] for service in callers} == callers, "the callers of pods were touched"


def _as_many_run(site: Site, replicas: int) -> None:
    until(
        lambda: len(site.nomad.instances("pods", "local")) == replicas,
        f"{replicas} instances of pods run",
        within=20,
    )


def _each_answers(shared: Shared, replicas: int) -> None:
    """Requests reach every instance, and no other one."""
    site = shared.site
    answered: set[str] = set()

    def all_have() -> bool:
        answer = site.get(site.url("app")).json()
        answered.add(answer["needs"]["meeting-router"]["needs"]["pods"]["instance"])
        return answered >= set(site.nomad.instances("pods", "local"))

    until(all_have, f"each of the {replicas} instances of pods answers", within=15, every=0.02)
