"""Questions to Nomad and Consul, and what a question without an answer gives."""

import pytest

from local.commands import logs
from local.commands.nomad_api import Servers
from local.errors import LocalError
from tests.unit.local.commands.canned import Canned, allocation, job


def test_a_cluster_that_does_not_answer_has_nothing(canned: Canned) -> None:
    object.__setattr__(canned.cluster, "address", "http://127.0.0.1:1")
    object.__setattr__(canned.cluster, "discovery_address", "http://127.0.0.1:1")
    servers = Servers(canned.cluster)
    assert not servers.answer()
    assert (servers.environments(), servers.jobs("local"), servers.routes(), servers.all_jobs()) == ([], [], [], "")
    assert servers.tail("local", "x", "main", "stdout", 5) == []
    assert list(servers.follow("local", "x", "main", "stdout", 5)) == []
    assert not servers.has_driver("docker") and not servers.has_ingress()


def test_both_leaders_are_needed(canned: Canned) -> None:
    servers = Servers(canned.cluster)
    canned.answers["/v1/status/leader"] = '""'
    assert not servers.answer()
    canned.answers["/v1/status/leader"] = '"127.0.0.1:4647"'
    assert servers.answer()


def test_the_ingress_lies_beside_all_environments(canned: Canned) -> None:
    canned.put_job("default", job("ingress", "default", Type="system"))
    assert Servers(canned.cluster).has_ingress()


@pytest.mark.parametrize(
    ("drivers", "expected"),
    [
        ([], False),
        ([{"docker": {"Healthy": True}}], True),
        ([{"docker": {"Healthy": True}}, {"docker": {"Healthy": False}}], False),
        ([None], False),
    ],
)
def test_a_driver_counts_when_every_node_has_it(canned: Canned, drivers: list[object], expected: bool) -> None:
    nodes = [{"Status": "ready", "Drivers": found} for found in drivers]
    canned.answers["/v1/nodes"] = [*nodes, {"Status": "down", "Drivers": {}}]
    assert Servers(canned.cluster).has_driver("docker") is expected


def test_the_text_of_all_jobs_has_every_version(canned: Canned) -> None:
    canned.answers["/v1/jobs"] = canned.answers["*:/v1/jobs"] = [{"ID": "pods", "Namespace": "demo"}]
    canned.answers["demo:/v1/job/pods/versions"] = {"Versions": [{"path": "/a/v1"}, {"path": "/a/v2"}]}
    assert "/a/v1" in Servers(canned.cluster).all_jobs()


def test_a_tail_is_cut_to_its_lines(canned: Canned) -> None:
    canned.answers["local:/v1/client/fs/logs/x"] = "1\n2\n3\n"
    servers = Servers(canned.cluster)
    assert servers.tail("local", "x", "main", "stdout", 2) == ["2", "3"]
    assert list(servers.follow("local", "x", "main", "stdout", 2)) == ["1", "2", "3"]


def test_a_name_that_is_almost_right_is_guessed(canned: Canned) -> None:
    canned.put_job("local", job())
    servers = Servers(canned.cluster)
    with pytest.raises(LocalError, match="no service 'podz', did you mean 'pods'"):
        logs.find(servers, "local", "podz")
    with pytest.raises(LocalError, match="no environment 'prod'"):
        logs.find(servers, "prod", "pods")
    assert logs.find(servers, "local", "pods").name == "pods"


def test_a_service_that_runs_nowhere_shows_its_last_instance() -> None:
    from local.commands.nomad_facts import instances_of

    instances = instances_of([allocation(1, "running"), allocation(2, "failed"), allocation(3, "running")])
    assert [instance.short for instance in logs.worth_reading(instances)] == ["00000003", "00000001"]
    ended = instances_of([allocation(1, "failed"), allocation(2, "complete")])
    assert [instance.short for instance in logs.worth_reading(ended)] == ["00000002"]
    assert logs.worth_reading([]) == []


def test_following_shows_the_last_old_lines_and_then_all_new_ones(capsys: pytest.CaptureFixture[str]) -> None:
    printer = logs.Printer(2)
    printer.read(iter(["old 1", "old 2", "old 3"]), "a |")
    printer.flush()
    assert capsys.readouterr().out == ""  # more old ones may come
    printer.ready_at("a |", 0)
    printer.flush()
    assert capsys.readouterr().out == "a | old 2\na | old 3\n"
