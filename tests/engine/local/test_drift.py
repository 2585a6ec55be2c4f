"""Somebody changes a job behind Pulumi's back."""

from collections.abc import Callable

import pytest

from tests.engine.harness.changes import found_by_refresh
from tests.engine.harness.shared import Shared, all_well
from tests.engine.harness.site import Site
from tests.engine.harness.waiting import until


def _scaled(site: Site) -> None:
    job = site.nomad.job("pods", "local")
    job["TaskGroups"][0]["Count"] = 1
    site.nomad.put("/v1/jobs", {"Job": job}, namespace="local")
    until(lambda: len(site.nomad.instances("pods", "local")) == 1, "pods was scaled by hand", within=20)


def _stopped(site: Site) -> None:
    site.nomad.delete("/v1/job/pods", namespace="local")
    until(lambda: not site.nomad.instances("pods", "local"), "pods was stopped by hand", within=20)


def _purged(site: Site) -> None:
    site.nomad.delete("/v1/job/pods", namespace="local", purge="true")
    until(lambda: site.nomad.peek("/v1/job/pods", namespace="local") is None, "pods is gone", within=20)


@pytest.mark.parametrize("change", [_scaled, _stopped, _purged], ids=lambda change: change.__name__.strip("_"))
def test_a_job_changed_by_hand_is_found_by_refresh_and_repaired_by_up(
    shared: Shared, change: Callable[[Site], None]
) -> None:
    """``refresh`` and a refreshing preview see it, and only it; then ``up`` brings back what was described."""
    site = shared.site
    change(site)
    found_by_refresh(site, "nomad:index:Job", {"pods"})
    done = site.up()
    assert "1 change" in done.output and "Job pods" in done.output, done
    until(lambda: all_well(site), "all services are well", within=20)
    site.pulumi("preview", "--stack", "local", "--refresh", "--expect-no-changes")
