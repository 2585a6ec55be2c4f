"""Plain ``pulumi``, with the exports of ``env``."""

from tests.engine.harness.apis import Json
from tests.engine.harness.by_hand import imported, outputs_are_told
from tests.engine.harness.waiting import until
from tests.engine.kubernetes.visitors import pod_of
from tests.engine.kubernetes.world import ENVIRONMENT, World, told

_JOBS = f"/apis/batch/v1/namespaces/{ENVIRONMENT}/jobs"


def _by_hand(world: World) -> Json:
    """A Job that runs, as the namespace admits it."""
    pod = pod_of(world, {}, "import time; time.sleep(600)")["spec"]
    template = {"spec": {**pod, "terminationGracePeriodSeconds": 1}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "by-hand"}, "spec": {"template": template}}


def test_outputs_are_told_by_hand(world: World) -> None:
    """They are those of the very stack that the commands see."""
    outputs_are_told(world.site)


def test_an_existing_job_is_imported_and_then_belongs_to_the_stack(world: World) -> None:
    """As the program does not describe it, the next ``up`` takes it away."""
    api, before = world.api, world.ids()
    made = api.create(_JOBS, _by_hand(world))
    assert made.status_code == 201, made.text

    def runs() -> bool:
        job = api.get(f"{_JOBS}/by-hand")
        assert job["status"].get("ready") == 1, told(job["status"])
        return True

    try:
        until(runs, "the job runs", within=60)
        imported(world.site, "kubernetes:batch/v1:Job", f"{ENVIRONMENT}/by-hand", "kubernetes:batch/v1:Job")
        done = world.site.up()
        assert "1 change" in done.output, done
        assert api.ask("GET", f"{_JOBS}/by-hand").status_code == 404, "the job is still there"
    finally:
        api.ask("DELETE", f"{_JOBS}/by-hand", None, propagationPolicy="Background")
    assert world.ids() == before
