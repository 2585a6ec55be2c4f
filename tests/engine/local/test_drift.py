"""Somebody changes a job behind Pulumi's back."""

import re
from collections.abc import Callable

import pytest

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
    looks = [
        site.pulumi("refresh", "--stack", "local", "--preview-only", "--expect-no-changes", expect=None),
        site.pulumi("preview", "--stack", "local", "--refresh", "--expect-no-changes", expect=None),
    ]
    for look in looks:
        assert look.code != 0, f"nothing was found: {look}"
        assert _jobs_to_change(look.output) == {"pods"}, look
    refreshed = site.pulumi("refresh", "--stack", "local", "--yes", "--skip-preview")
    assert _jobs_to_change(refreshed.output) == {"pods"}, refreshed
    done = site.up()
    assert "1 change" in done.output and "Job pods" in done.output, done
    until(lambda: all_well(site), "all services are well", within=20)
    site.pulumi("preview", "--stack", "local", "--refresh", "--expect-no-changes")


def _jobs_to_change(said: str) -> set[str]:
    """The jobs with a last word that is not just that they were looked at."""
    lines = re.findall(r"^ *[~+-]+ +nomad:index:Job (\S+) (.*)$", said, re.MULTILINE)
    return {name for name, rest in lines if re.match(r"(update|delete|create)d? |refresh(ed)? .*\[diff:", f"{rest} ")}
