"""What is understood of Nomad's and Consul's answers."""

from local.commands.nomad_facts import instances_of, job_of, placement_problems, routes_of
from tests.unit.local.commands.canned import allocation, job, key, task


def test_a_job() -> None:
    found = job_of(job())
    assert (found.name, found.version, found.wanted, found.discovery_name) == ("pods", "v1", 2, "pods--local")
    assert (found.task, found.kind) == ("main", "service")
    assert job_of(job(Stop=True)).wanted == 0


def test_a_job_of_another_make() -> None:
    plain = job_of(job(Meta=None, TaskGroups=[{"Count": 1, "Tasks": [{"Name": "server"}], "Services": None}]))
    assert (plain.version, plain.task, plain.discovery_name) == ("-", "server", "")


def test_instances_come_the_latest_change_first() -> None:
    states = {"needs": task("Started"), "main": task("Started", "Exit Code: 1", failed=True)}
    found = instances_of(
        [allocation(1), allocation(3, "failed", False, TaskStates=states), allocation(2, healthy=None)]
    )
    assert [instance.short for instance in found] == ["00000003", "00000002", "00000001"]
    assert (found[0].failed_task, found[0].events["main"][-1], found[0].healthy) == ("main", "Exit Code: 1", False)
    assert (found[1].healthy, found[1].failed_task) == (None, "")


def test_an_allocation_that_nothing_happened_to_yet() -> None:
    assert instances_of([allocation(1, "pending", None, TaskStates=None)])[0].events == {}


def test_routes() -> None:
    pairs = [key("pods", "app.foxden.localhost"), {"Value": None}, {"Value": "bm8="}, key("a-b", "x", "/p", env="demo")]
    first, second = routes_of(pairs)
    assert first.url("http", 8080) == "http://app.foxden.localhost:8080/"
    assert first.url("http", 80) == "http://app.foxden.localhost/"
    assert (second.service, second.environment, second.url("https", 443)) == ("a-b", "demo", "https://x/p")


def test_why_there_is_no_place() -> None:
    assert placement_problems({}) == []
    failure = {"DimensionExhausted": {"memory": 2}, "ConstraintFiltered": {"missing drivers": 1}}
    assert placement_problems({"FailedTGAllocs": {"pods": failure}}) == [
        "memory is exhausted on 2 nodes",
        "missing drivers rules out 1 node",
    ]
    assert placement_problems({"FailedTGAllocs": {"pods": {}}}) == ["no node could take it"]
