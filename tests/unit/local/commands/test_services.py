"""The services as they are, and whether the ingress leads to them."""

import pytest

from local.commands.nomad_api import Servers
from local.commands.nomad_facts import Route
from local.commands.services import running, show, unreachable, wait_until_well
from local.errors import LocalError
from tests.unit.local.commands.canned import Canned, allocation, job, key

ROUTES = "/v1/kv/foxden/ingress/"
SITE = "app.foxden.localhost"


def with_pods(canned: Canned, healthy: int = 2) -> Servers:
    canned.put_job("local", job())
    canned.answers["/v1/health/service/pods--local"] = [{}] * healthy
    canned.answers[ROUTES] = [key("pods", SITE), key("pods", "elsewhere", env="demo")]
    canned.answers["/v1/status/leader"] = '"127.0.0.1:4647"'
    canned.sites[SITE] = (200, "hello")
    return Servers(canned.cluster)


def test_the_table_has_health_and_the_urls_of_this_environment(canned: Canned) -> None:
    lines = show(running(with_pods(canned), "local"))
    url = f"http://{SITE}:{canned.cluster.ingress_port}/"
    assert lines[1].split() == ["pods", "v1", "2/2", url]


def test_without_discovery_what_runs_at_the_current_version_counts(canned: Canned) -> None:
    group = {"Count": 2, "Tasks": [{"Name": "main"}], "Services": None}
    canned.put_job("local", job("worker", TaskGroups=[group]))
    old = allocation(3, JobVersion=2)
    canned.answers["local:/v1/job/worker/allocations"] = [allocation(1), allocation(2, "failed", False), old]
    [worker] = running(Servers(canned.cluster), "local")
    assert worker.row == ("worker", "v1", "1/2", "-")
    assert not worker.well


def test_a_job_that_runs_to_its_end_shows_its_state(canned: Canned) -> None:
    canned.put_job("local", job("night", Type="batch", Status="dead"))
    [night] = running(Servers(canned.cluster), "local")
    assert night.row[2] == "dead" and night.well


def test_runs_of_a_cron_job_are_not_listed(canned: Canned) -> None:
    canned.put_job("local", job("night", Type="batch"))
    canned.answers["local:/v1/jobs"].append({"ID": "night/periodic-1", "ParentID": "night"})
    assert [service.job.name for service in running(Servers(canned.cluster), "local")] == ["night"]


def test_waiting_ends_when_all_is_well(canned: Canned) -> None:
    assert [service.healthy for service in wait_until_well(with_pods(canned), "local", within=5)] == [2]


def test_questions_without_an_answer_are_no_sign_that_all_is_well(canned: Canned) -> None:
    with pytest.raises(LocalError, match="the cluster does not answer"):
        wait_until_well(Servers(canned.cluster), "local", within=0)


def test_all_that_is_not_well_is_said(canned: Canned) -> None:
    servers = with_pods(canned, healthy=1)
    canned.sites[SITE] = (502, "502: service pods--local has no healthy instance that answers")
    with pytest.raises(LocalError) as caught:
        wait_until_well(servers, "local", within=0)
    assert "pods has 1 of 2 healthy instances" in str(caught.value)
    assert f"http://{SITE}:{canned.cluster.ingress_port}/ answers 502" in str(caught.value)


def test_an_answer_of_the_services_own_is_one_even_404(canned: Canned) -> None:
    servers = Servers(canned.cluster)
    route = Route("local", "pods", SITE, "/")
    canned.sites[SITE] = (404, '{"error": "there is nothing here"}')
    assert unreachable(servers, route) is None
    canned.sites[SITE] = (404, "404: no service has a route for this host and path")
    assert "answers 404" in (unreachable(servers, route) or "")


def test_nobody_at_the_port_is_said(canned: Canned) -> None:
    object.__setattr__(canned.cluster, "ingress_port", 1)
    assert "does not answer" in (unreachable(Servers(canned.cluster), Route("local", "pods", SITE, "/")) or "")
