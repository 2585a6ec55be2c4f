"""Somebody changes objects behind Pulumi's back."""

from tests.engine.harness.apis import Json
from tests.engine.harness.changes import found_by_refresh
from tests.engine.harness.waiting import until
from tests.engine.kubernetes.world import ENVIRONMENT, World

_DEPLOYMENTS = f"/apis/apps/v1/namespaces/{ENVIRONMENT}/deployments"
_SERVICE = f"/api/v1/namespaces/{ENVIRONMENT}/services/ionic-apps"


def _edited(world: World, service: str, change: Json) -> None:
    """As by ``kubectl scale`` or ``kubectl edit``: what was changed is somebody else's field from then on."""
    live = world.api.get(f"{_DEPLOYMENTS}/{service}")
    live["spec"].update(change)
    del live["metadata"]["resourceVersion"]  # whoever writes its status at this moment is not in the way
    world.api.put(f"{_DEPLOYMENTS}/{service}", live, fieldManager="kubectl-edit")


def test_objects_changed_by_hand_are_found_by_refresh_and_repaired_by_up(world: World) -> None:
    """Scaled, edited, taken away: each is seen, and only they; then ``up`` brings back what was described."""
    site = world.site
    _edited(world, "pods", {"replicas": 0})
    _edited(world, "meeting-router", {"revisionHistoryLimit": 7})
    world.api.delete(_SERVICE)
    world.api.delete(f"{_DEPLOYMENTS}/ionic-apps")
    for service in ("pods", "ionic-apps"):
        until(lambda service=service: not world.api.pods(service), f"{service} is stopped", within=20)  # type: ignore[misc]
    found_by_refresh(site, r"kubernetes:\S+", {"pods", "meeting-router", "ionic-apps"})
    done = site.up()
    assert "4 changes" in done.output, done
    until(world.all_well, "all services are well", within=30)
    site.pulumi("preview", "--stack", "local", "--refresh", "--expect-no-changes")
