"""Plain ``pulumi``, with the exports of ``env``."""

from tests.engine.harness.apis import Json
from tests.engine.harness.by_hand import imported, outputs_are_told
from tests.engine.harness.waiting import until
from tests.engine.kubernetes.world import ENVIRONMENT, World

_JOBS = f"/apis/batch/v1/namespaces/{ENVIRONMENT}/jobs"


def _by_hand(image: str) -> Json:
    """A Job that runs, as the namespace admits it."""
    container = {
        "name": "main",
        "image": image,
        "command": ["sleep", "600"],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    pod = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 1,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "by-hand"},
        "spec": {"template": {"spec": pod}},
    }


def test_outputs_are_told_by_hand(world: World) -> None:
    """They are those of the very stack that the commands see."""
    outputs_are_told(world.site)


def test_an_existing_job_is_imported_and_then_belongs_to_the_stack(world: World) -> None:
    """As the program does not describe it, the next ``up`` takes it away."""
    api, before = world.api, world.ids()
    image = next(iter(api.pods("pods").values()))["spec"]["containers"][0]["image"]
    made = api.create(_JOBS, _by_hand(image))
    assert made.status_code == 201, made.text
    try:
        until(lambda: api.get(f"{_JOBS}/by-hand")["status"].get("ready") == 1, "the job runs", within=60)
        imported(world.site, "kubernetes:batch/v1:Job", f"{ENVIRONMENT}/by-hand", "kubernetes:batch/v1:Job")
        done = world.site.up()
        assert "1 change" in done.output, done
        assert api.ask("GET", f"{_JOBS}/by-hand").status_code == 404, "the job is still there"
    finally:
        api.ask("DELETE", f"{_JOBS}/by-hand", None, propagationPolicy="Background")
    assert world.ids() == before
