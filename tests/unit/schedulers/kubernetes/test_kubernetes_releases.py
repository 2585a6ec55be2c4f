"""How instances come, go, and come back."""

from typing import Any

import pytest

from foxden.schedulers.kubernetes.manifest import Stage, pieces
from tests.unit.schedulers.kubernetes.samples import objects, pod, rendered, spec


def stages(**description: Any) -> dict[str, Stage]:
    """When each object comes."""
    return {piece.key: piece.stage for piece in pieces(spec(**description))}


def test_rolling_takes_nobody_away_before_there_is_another() -> None:
    found = rendered(replicas=4, release={"max_parallel": 2, "min_healthy": 9.5, "deadline": 300})["workload"]
    assert found["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 2, "maxUnavailable": 0}
    assert (found["spec"]["replicas"], found["spec"]["minReadySeconds"]) == (4, 10)
    assert found["spec"]["progressDeadlineSeconds"] == 300


def test_a_release_is_given_up_when_it_can_not_be_on_its_way_any_more() -> None:
    def wait(**description: Any) -> int:
        annotations = rendered(**description)["workload"]["metadata"]["annotations"]
        return int(annotations["pulumi.com/timeoutSeconds"])

    steady = {"health": {"grace": 20}, "release": {"deadline": 100, "min_healthy": 5}}
    assert wait(**steady) == wait(**steady, replicas=0) == 100
    assert wait(**steady, replicas=5) == 100 + 4 * 25
    assert wait(replicas=1000, release={"deadline": 7200}) <= 24 * 3600
    # Of those whose number the load decides there may be as many as are allowed.
    assert wait(**steady, autoscaling={"min": 1, "max": 5}) == 100 + 4 * 25
    canary = {**steady, "release": {**steady["release"], "strategy": "canary"}}
    assert wait(**canary, autoscaling={"min": 2, "max": 6}) == 100 + 4 * 25


def test_canaries_are_a_set_of_their_own_that_comes_first_and_counts() -> None:
    description: Any = {"replicas": 4, "release": {"strategy": "canary", "canaries": 3}}
    found, when = rendered(**description), stages(**description)
    assert (found["canary"]["spec"]["replicas"], found["workload"]["spec"]["replicas"]) == (3, 1)
    assert found["canary"]["metadata"]["name"] == "router--canary"
    assert when["service:http"] < when["canary"] < when["workload"]
    first, rest = pod(found, "canary"), pod(found)
    assert first["spec"] == rest["spec"]
    assert found["service:http"]["spec"]["selector"] == {"app.kubernetes.io/name": "router"}


def test_none_have_no_canaries() -> None:
    assert "canary" not in rendered(replicas=0, release={"strategy": "canary"})


def test_blue_green_is_a_new_set_beside_the_old_one_that_is_reached_when_it_is_whole() -> None:
    description: Any = {"replicas": 3, "release": {"strategy": "blue-green"}}
    found, when = rendered(**description), stages(**description)
    name = pod(found)["metadata"]["labels"]["foxden/set"]
    assert found["workload"]["metadata"]["name"] == f"router--{name}"
    assert found["service:http"]["spec"]["selector"]["foxden/set"] == name
    assert when["workload"] < when["service:http"]


@pytest.mark.parametrize(
    ("changed", "is_new"),
    [
        ({"image": "registry.example.com/it:2"}, True),
        ({"env": {"A": "1"}}, True),
        ({"replicas": 5}, False),
        ({"routes": [{}]}, False),
        ({"release": {"strategy": "blue-green", "deadline": 300}}, False),
    ],
)
def test_there_is_a_new_set_when_another_program_runs_and_not_otherwise(changed: Any, is_new: bool) -> None:
    base: Any = {"release": {"strategy": "blue-green"}}
    before, after = (rendered(**each)["workload"]["metadata"]["name"] for each in (base, {**base, **changed}))
    assert (before != after) == is_new


def test_the_same_version_has_the_same_set_so_that_back_is_the_same_command() -> None:
    base: Any = {"release": {"strategy": "blue-green"}}
    assert rendered(**base) == rendered(**base)


def test_a_changed_secret_is_another_set() -> None:
    service = spec(secrets={"A": "a"}, release={"strategy": "blue-green"})
    one, other = (objects(service, versions={"a": each})["workload"]["metadata"]["name"] for each in ("1", "2"))
    assert one != other


def test_a_job_runs_again_when_anything_of_it_is_another() -> None:
    one, same, other = (rendered(kind="job", env={"A": each})["workload"] for each in "112")
    assert one == same
    assert one["metadata"]["name"] != other["metadata"]["name"]
    assert one["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_a_job_is_waited_for_unless_it_is_not() -> None:
    waited = objects(spec(kind="job"), job_wait="90")["workload"]["metadata"]["annotations"]
    assert waited["pulumi.com/timeoutSeconds"] == "90"
    left = objects(spec(kind="job"), job_wait="0")["workload"]["metadata"]["annotations"]
    assert left["pulumi.com/skipAwait"] == "true"


def test_a_cron_job_never_runs_twice_at_once() -> None:
    found = rendered(kind="cron", schedule="0 3 * * *", replicas=2)["workload"]["spec"]
    assert (found["schedule"], found["timeZone"], found["concurrencyPolicy"]) == ("0 3 * * *", "Etc/UTC", "Forbid")
    assert found["jobTemplate"]["spec"]["parallelism"] == 2


def test_how_many_there_are_the_load_decides() -> None:
    found = rendered(autoscaling={"min": 3, "max": 9, "cpu_percent": 50})
    assert "replicas" not in found["workload"]["spec"]
    scaler = found["autoscaler"]["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (3, 9)
    assert scaler["metrics"][0]["resource"]["target"] == {"type": "Utilization", "averageUtilization": 50}
    assert scaler["scaleTargetRef"]["name"] == found["workload"]["metadata"]["name"]


@pytest.mark.parametrize(("bounds", "expected"), [((3, 9), (1, 7)), ((2, 2), (1, 1))])
def test_canaries_are_no_part_of_what_the_load_decides(bounds: tuple[int, int], expected: tuple[int, int]) -> None:
    found = rendered(autoscaling={"min": bounds[0], "max": bounds[1]}, release={"strategy": "canary", "canaries": 2})[
        "autoscaler"
    ]["spec"]
    assert (found["minReplicas"], found["maxReplicas"]) == expected


def test_one_of_several_may_go_when_a_node_is_emptied() -> None:
    assert rendered(replicas=2)["budget"]["spec"]["maxUnavailable"] == 1
    assert "budget" in rendered(autoscaling={"min": 2, "max": 3})
    for few in (rendered(replicas=1), rendered(replicas=0), rendered(kind="job", replicas=2)):
        assert "budget" not in few


def mid_release(before: dict[str, Any], after: dict[str, Any], description: dict[str, Any]) -> dict[str, Any]:
    """The objects that there are while instances are replaced: new ones up to those, old ones beyond and those that go.

    A piece with another name is another object; the one before is there until the end.
    """
    when = stages(**description)
    new = {key: each for key, each in after.items() if when[key] <= Stage.WORKLOAD}
    old = {
        f"old {key}": each
        for key, each in before.items()
        if key not in new or new[key]["metadata"]["name"] != each["metadata"]["name"]
    }
    return {**old, **new}


def ways(found: dict[str, Any], labels: dict[str, str], way: str) -> list[Any]:
    """What the policies that choose pods with these labels allow, all together."""
    policies = [each["spec"] for each in found.values() if each["kind"] == "NetworkPolicy"]
    chosen = [each for each in policies if each["podSelector"]["matchLabels"].items() <= labels.items()]
    return [rule for each in chosen for rule in each.get(way, [])]


@pytest.mark.parametrize("strategy", ["rolling", "canary", "blue-green"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"needs": ["db"]}, {}),
        ({"needs": ["pods"]}, {}),
        ({"needs": ["db", "pods"]}, {"needs": ["legacy"]}),
        ({"routes": [{}]}, {}),
        ({"routes": [{"port": "admin"}]}, {"routes": [{}]}),
        ({"ports": {"http": {"port": 80}, "admin": {"port": 81}}}, {"ports": {"http": {"port": 80}}}),
    ],
)
def test_old_instances_keep_their_ways_and_new_ones_have_theirs_from_the_start(
    strategy: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """All the time that a release takes, and when it stops half-way."""
    ports = {"http": {"port": 80}, "admin": {"port": 81}}
    first, then = (
        {"ports": ports, "replicas": 3, "release": {"strategy": strategy}, **each} for each in (before, after)
    )
    old, new = rendered(**first), rendered(**then, version="2")
    meanwhile = mid_release(old, new, then)
    for found in (old, new):
        for key in ("workload", "canary"):
            if key in found:
                labels = pod(found, key)["metadata"]["labels"]
                for way in ("ingress", "egress"):
                    mine = found["policy"]["spec"].get(way, [])
                    assert all(rule in ways(meanwhile, labels, way) for rule in mine), (key, way)


def test_what_keeps_the_old_ways_ends_after_the_old_instances() -> None:
    description: dict[str, Any] = {"needs": ["db"], "routes": [{}]}
    when = stages(**description)
    assert when["policy"] < when["workload"] < when["ingress"] < when["policy:kept"]
    # A set is deleted before what it waited for, so its own policy goes after it.
    description["release"] = {"strategy": "blue-green"}
    found, when = rendered(**description), stages(**description)
    assert when["policy:kept"] < when["workload"]
    kept, name = found["policy:kept"], pod(found)["metadata"]["labels"]["foxden/set"]
    assert kept["metadata"]["name"] == f"router--{name}"
    assert kept["spec"]["podSelector"]["matchLabels"]["foxden/set"] == name
    assert {**kept["spec"], "podSelector": None} == {**found["policy"]["spec"], "podSelector": None}
