"""Why a deployment failed, in words."""

from typing import Any

from local.commands.failures import explain, failed, known_deployments, trouble, worst
from local.commands.nomad_api import Servers
from local.commands.nomad_facts import instances_of
from tests.unit.local.commands.canned import Canned, allocation, job, task


def deployment(number: int, status: str = "failed", name: str = "pods") -> dict[str, Any]:
    return {
        "ID": f"d{number}",
        "JobID": name,
        "Status": status,
        "StatusDescription": "Failed due to progress deadline",
        "CreateIndex": number,
    }


def broken(canned: Canned, allocations: list[dict[str, Any]], healthy: int = 1) -> Servers:
    canned.put_job("local", job())
    canned.answers["/v1/health/service/pods--local"] = [{}] * healthy
    canned.answers["local:/v1/deployments"] = [deployment(1, "successful"), deployment(2)]
    canned.answers["local:/v1/deployment/allocations/d2"] = allocations
    return Servers(canned.cluster)


def test_the_failing_instance_speaks_and_the_old_version_is_known_to_serve(canned: Canned) -> None:
    states = {"needs": task("Started"), "main": task("Started", "Exit Code: 1", failed=True)}
    servers = broken(canned, [allocation(1), allocation(2, "failed", False, TaskStates=states)])
    canned.answers["local:/v1/client/fs/logs/00000002-rest"] = "one\ntwo\n"
    assert explain(servers, "local", {"d1"}) == [
        "",
        "pods: Failed due to progress deadline",
        "  instance 00000002: Started",
        "  instance 00000002: Exit Code: 1",
        "  the end of its stdout:",
        "    one",
        "    two",
        "  the end of its stderr:",
        "    one",
        "    two",
        "  version v1 keeps serving: 1 healthy instance",
    ]


def test_a_first_version_that_fails_leaves_nothing_that_serves(canned: Canned) -> None:
    servers = broken(canned, [], healthy=0)
    failure = {"FailedTGAllocs": {"pods": {"DimensionExhausted": {"memory": 1}}}, "CreateIndex": 2}
    canned.answers["local:/v1/job/pods/evaluations"] = [failure, {"CreateIndex": 1}]
    assert explain(servers, "local", set())[2:] == [
        "  no instance was started: memory is exhausted on 1 node",
        "  no version of it serves",
    ]


def test_only_new_failures_count_and_of_each_job_the_latest() -> None:
    deployments = [deployment(4), deployment(3), deployment(2, "running", "other"), deployment(1, name="other")]
    assert {name: found["ID"] for name, found in failed(deployments, {"d1"}).items()} == {"pods": "d4"}


def test_what_is_known_before_is_known(canned: Canned) -> None:
    servers = broken(canned, [])
    assert known_deployments(servers, "local") == {"d1", "d2"}
    assert explain(servers, "local", {"d1", "d2"}) == []


def test_the_one_to_look_at_failed_or_never_got_well() -> None:
    assert worst([]) is None
    assert worst(instances_of([allocation(1)])) is None
    found = worst(instances_of([allocation(1, "failed"), allocation(2), allocation(3, healthy=None)]))
    assert found and found.short == "00000001"
    found = worst(instances_of([allocation(2), allocation(3, healthy=None)]))
    assert found and found.short == "00000003"


def test_trouble_under_way_is_told_early(canned: Canned) -> None:
    states = {"main": task("Exit Code: 3", "Restarting", "Exit Code: 3")}
    servers = broken(canned, [allocation(7, healthy=None, TaskStates=states), allocation(8)])
    canned.answers["local:/v1/deployments"] = [deployment(2, "running")]
    assert trouble(servers, "local", set()) == ["pods 00000007 has ended 2 times: Exit Code: 3"]
    assert trouble(servers, "local", {"d2"}) == []


def test_a_deployment_that_finds_no_place_says_so_while_it_is_waited_for(canned: Canned) -> None:
    """It takes minutes until Nomad gives up."""
    servers = broken(canned, [])
    canned.answers["local:/v1/deployments"] = [deployment(2, "running")]
    assert trouble(servers, "local", set()) == []
    filtered = {"FailedTGAllocs": {"pods": {"ConstraintFiltered": {"missing drivers": 1}}}, "CreateIndex": 2}
    canned.answers["local:/v1/job/pods/evaluations"] = [filtered]
    assert trouble(servers, "local", set()) == ["pods: no instance was started: missing drivers rules out 1 node"]
