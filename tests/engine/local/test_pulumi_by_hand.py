"""Plain ``pulumi``, with the exports of ``env``."""

from tests.engine.harness.by_hand import STACK, imported, outputs_are_told
from tests.engine.harness.shared import Shared, jobs_and_instances
from tests.engine.harness.site import Site
from tests.engine.harness.waiting import until

_BY_HAND = {
    "ID": "by-hand",
    "Namespace": "local",
    "Datacenters": ["*"],
    "Type": "batch",
    "TaskGroups": [
        {
            "Name": "by-hand",
            "Tasks": [{"Name": "main", "Driver": "raw_exec", "Config": {"command": "/bin/sleep", "args": ["600"]}}],
        }
    ],
}


def test_preview_refresh_output_and_up_work_by_hand(site: Site) -> None:
    """They see the very stack that the commands see."""
    before = jobs_and_instances(site)
    site.pulumi("preview", *STACK, "--expect-no-changes")
    site.pulumi("refresh", *STACK, "--yes", "--expect-no-changes")
    site.pulumi("up", *STACK, "--yes", "--expect-no-changes")
    outputs_are_told(site)
    assert jobs_and_instances(site) == before


def test_an_existing_job_is_imported_and_then_belongs_to_the_stack(shared: Shared) -> None:
    """As the program does not describe it, the next ``up`` takes it away."""
    site = shared.site
    site.nomad.put("/v1/jobs", {"Job": _BY_HAND}, namespace="local")
    try:
        imported(site, "nomad:index/job:Job", "by-hand@local", "nomad:index:Job")
        site.up()
        until(lambda: "by-hand" not in site.nomad.jobs("local"), "the job is gone", within=10)
    finally:
        site.nomad.ask("DELETE", "/v1/job/by-hand", namespace="local", purge="true")


def test_destroy_leaves_nothing_and_up_brings_all_back(shared: Shared) -> None:
    """No job, namespace, variable, policy, service or key is left on the servers, but their own."""
    site = shared.site
    site.pulumi("destroy", *STACK, "--yes")
    nomad, consul = site.nomad, site.consul
    assert not nomad.jobs(), f"jobs: {sorted(nomad.jobs())}"
    assert [one["Name"] for one in nomad.get("/v1/namespaces")] == ["default"]
    assert nomad.get("/v1/vars", namespace="*") == []
    assert nomad.get("/v1/acl/policies") == []
    until(lambda: consul.services() <= {"consul", "nomad", "nomad-client"}, f"services of {consul.address}", within=15)
    assert consul.keys_below() == []
    done = site.up()
    assert "2/2" in done.output, done
