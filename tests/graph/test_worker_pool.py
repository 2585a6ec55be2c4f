"""Pools of workers, as the engine is told of them."""

import json
from typing import Any

import pulumi
import pytest

from foxden.boot.node import LAUNCH_HOOK, TERMINATE_HOOK
from tests.graph import graphs
from tests.graph.graphs import FACTS, IMAGE, SITE, TAGS, pool
from tests.mocks import UNKNOWN, Failed, unknown_output

GROUP = "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


def refused(**changed: Any) -> list[str]:
    """What is said of bad args; nothing may have been registered."""
    with pytest.raises(Failed) as caught:
        pool(**changed)
    assert caught.value.recorded.resources == []
    return [line.removeprefix("pool 'general': ") for line in str(caught.value).splitlines()]


def told(**args: Any) -> str:
    """What a machine of such a pool is told."""
    return graphs.told(pool(**args).one(TEMPLATE))


def group(**args: Any) -> dict[str, Any]:
    """The auto scaling group of such a pool."""
    return pool(**args).one(GROUP).inputs


def test_a_pool_of_one_type_on_demand() -> None:
    inputs = group(instance_types=["m7i.large"])
    assert inputs["name"] == "foxden-dev-general"
    assert inputs["launchTemplate"]["version"] == "7"
    assert "mixedInstancesPolicy" not in inputs
    assert (inputs["minSize"], inputs["maxSize"], inputs["desiredCapacity"]) == (1, 1, 1)
    assert inputs["capacityRebalance"] is False
    assert inputs["vpcZoneIdentifiers"] == ["subnet-a", "subnet-b", "subnet-c"]


def test_a_pool_of_several_types_with_spot() -> None:
    inputs = group(instance_types=["m7i.large", "m7a.large"], on_demand={"base": 2, "percent": 25}, min=2, max=9)
    assert "launchTemplate" not in inputs
    policy = inputs["mixedInstancesPolicy"]
    assert policy["instancesDistribution"] == {
        "onDemandBaseCapacity": 2,
        "onDemandPercentageAboveBaseCapacity": 25,
        "onDemandAllocationStrategy": "prioritized",
        "spotAllocationStrategy": "price-capacity-optimized",
    }
    assert policy["launchTemplate"]["launchTemplateSpecification"]["version"] == "7"
    assert policy["launchTemplate"]["overrides"] == [{"instanceType": "m7i.large"}, {"instanceType": "m7a.large"}]
    assert inputs["capacityRebalance"] is True


def test_spot_machines_of_one_type() -> None:
    policy = group(on_demand={"percent": 0})["mixedInstancesPolicy"]
    assert policy["launchTemplate"]["overrides"] == [{"instanceType": "t3.small"}]


def test_sizes() -> None:
    inputs = group(min=0, max=10, desired=4)
    assert (inputs["minSize"], inputs["maxSize"], inputs["desiredCapacity"]) == (0, 10, 4)
    assert group(min=3)["maxSize"] == 3


def test_whoever_scales_it_from_outside_is_not_fought() -> None:
    assert pool(min=0, max=10, desired=4).one(GROUP).ignored == ("desiredCapacity",)


def test_workers_are_told_what_they_are() -> None:
    text = told(node_class="fast", meta={"rack": "7"}, dedicated=True, drain_deadline=120, ingress_port=9090)
    for fact in ('"node_class": "fast"', '"rack": "7"', '"dedicated": true', '"drain_deadline": 120', "9090"):
        assert fact in text or fact.replace('"', '\\"') in text, fact
    assert '"node_class": "general"' in told().replace("\\", "")


def test_what_is_known_late_is_told_too() -> None:
    args = {
        "registries": lambda: pulumi.Output.from_input(["1.dkr.ecr.eu-central-1.amazonaws.com"]),
        "registry_credentials": ["ghcr.io"],
        "pull_test": lambda: pulumi.Output.from_input("1.dkr.ecr/pods:1"),
    }
    text = told(**args).replace("\\", "")
    for fact in ('["1.dkr.ecr.eu-central-1.amazonaws.com"]', '["ghcr.io"]', '"1.dkr.ecr/pods:1"'):
        assert fact in text
    assert pool(preview=True, registries=unknown_output).one(TEMPLATE).inputs["userData"] is UNKNOWN
    assert "/foxden/dev" in graphs.told(pool(preview=True).one(TEMPLATE))


def test_a_secret_is_refused_where_it_could_be_read() -> None:
    with pytest.raises(Failed, match="pull_test is a Pulumi secret"):
        pool(pull_test=lambda: pulumi.Output.secret("hush"))


def test_a_worker_that_goes_has_time_to_drain() -> None:
    done = pool(drain_deadline=200, join_deadline=700)
    hooks = done.of_type("aws:autoscaling/lifecycleHook:LifecycleHook")
    launch, end = hooks[f"general-{LAUNCH_HOOK}"].inputs, hooks[f"general-{TERMINATE_HOOK}"].inputs
    assert (launch["heartbeatTimeout"], launch["defaultResult"]) == (700, "ABANDON")
    assert (end["heartbeatTimeout"], end["defaultResult"]) == (320, "CONTINUE")
    assert {hook["name"] for hook in done.one(GROUP).inputs["initialLifecycleHooks"]} == {LAUNCH_HOOK, TERMINATE_HOOK}


def test_machines_are_replaced_in_steps_and_back_on_an_alarm() -> None:
    refresh = {"surplus": 50, "checkpoints": [10, 50, 100], "pause": 900, "alarms": ["errors"]}
    assert group(refresh=refresh)["instanceRefresh"] == {
        "strategy": "Rolling",
        "preferences": {
            "minHealthyPercentage": 100,
            "maxHealthyPercentage": 150,
            "instanceWarmup": "60",
            "skipMatching": True,
            "autoRollback": True,
            "checkpointPercentages": [10, 50, 100],
            "checkpointDelay": "900",
            "alarmSpecification": {"alarms": ["errors"]},
        },
    }


def test_a_warm_pool() -> None:
    assert group(warm_pool={"min": 2})["warmPool"] == {"poolState": "Stopped", "minSize": 2}
    assert group(warm_pool={"max": 5})["warmPool"]["maxGroupPreparedCapacity"] == 5
    assert "warmPool" not in group()


def test_machines_that_grow_old() -> None:
    assert group(max_lifetime_days=30)["maxInstanceLifetime"] == 30 * 86400
    assert "maxInstanceLifetime" not in group()


def test_size_by_load() -> None:
    policy = pool(scaling={"cpu_percent": 60}).one("aws:autoscaling/policy:Policy").inputs
    assert policy["policyType"] == "TargetTrackingScaling"
    assert policy["targetTrackingConfiguration"]["targetValue"] == 60


def test_size_by_the_clock() -> None:
    schedules = {"night": {"cron": "0 22 * * *", "min": 0}, "day": {"cron": "0 6 * * 1-5", "min": 2, "desired": 4}}
    done = pool(schedules=schedules).of_type("aws:autoscaling/schedule:Schedule")
    night = done["general-night"].inputs
    assert (night["minSize"], night["maxSize"], night["desiredCapacity"]) == (0, -1, -1)
    assert (night["recurrence"], night["timeZone"]) == ("0 22 * * *", "UTC")
    assert done["general-day"].inputs["desiredCapacity"] == 4


def test_balancers_find_the_machines() -> None:
    assert group(target_groups=lambda: {"b": "arn:b", "a": pulumi.Output.from_input("arn:a")})["targetGroupArns"] == [
        "arn:a",
        "arn:b",
    ]


def test_more_rights_for_the_pool_alone() -> None:
    done = pool(policies={"pull": "{}"}, policy_arns={"queue": "arn:aws:iam::aws:policy/x"})
    assert set(done.of_type("aws:iam/rolePolicy:RolePolicy")) == {"general-node", "general-pull"}
    assert set(done.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")) == {"general-queue"}
    own = json.loads(done.one("aws:iam/rolePolicy:RolePolicy", "general-node").inputs["policy"])
    assert "pools/general" in json.dumps(own)


def test_tags() -> None:
    tags = {each["key"]: each["value"] for each in group(tags=TAGS)["tags"]}
    assert tags == {
        **TAGS,
        "component": "pool",
        "Name": "foxden-dev-general",
        "foxden:cluster": "dev",
        "foxden:pool": "general",
        "foxden:role": "worker",
    }


def test_software_is_the_clusters_unless_a_pool_has_its_own() -> None:
    facts = {**FACTS, "software": {"mirror": "http://mirror.example"}}
    assert "http://mirror.example" in told(cluster=facts)
    own = told(cluster=facts, software={"mirror": "http://other.example"})
    assert "http://other.example" in own and "http://mirror.example" not in own


def test_more_software_than_the_nodes_own() -> None:
    file = {"/etc/shipper.conf": "to logs.example"}
    more = {"packages": ["shipper"], "files": file, "units": ["shipper.service"]}
    for text in (told(software=more), told(cluster={**FACTS, "software": more})):
        assert '"shipper"' in text and "to logs.example" in text
        assert '["systemctl", "enable", "shipper.service"]' in text


def test_outputs() -> None:
    outputs = pool().one("foxden:index:WorkerPool").outputs or {}
    assert (outputs["group"], outputs["template_version"]) == ("foxden-dev-general", 7)
    assert outputs["role"] == "foxden-dev-general-eu-central-1"


@pytest.mark.parametrize(
    ("changed", "start"),
    [
        ({"cluster": None}, "cluster must be given"),
        ({"cluster": {**FACTS, "pools": ["batch"]}}, "cluster.pools must have 'general', or its machines get no cred"),
        ({"cluster": {**FACTS, "pools": ["generall"]}}, "cluster.pools must have 'general', or its machines get no"),
        ({"cluster": {**FACTS, "scheduler": "nomd"}}, "cluster.scheduler must be one of "),
        ({"cluster": {**FACTS, "network": {**SITE, "cloud": "gcp"}}}, "cluster.network.cloud must be one of aws"),
        ({"cluster": {key: FACTS[key] for key in FACTS if key != "store"}}, "cluster.store must be given"),
        ({"cluster": {**FACTS, "store": {"programs": []}}}, "cluster.store.bucket must be given"),
        ({"cluster": {**FACTS, "store": {"bucket": "b", "programs": "x"}}}, "cluster.store.programs must be a list"),
        ({"image": "ubuntu"}, "image must be the id of an AMI, got 'ubuntu': pin one"),
        ({"min": 3, "max": 2}, "max must be from 3 to 1000, got 2"),
        ({"max": 3, "desired": 4}, "desired must be from 1 to 3, got 4"),
        ({"instance_types": ["huge"]}, "instance type must be like 't3.small', got 'huge'"),
        ({"on_demand": {"percent": 101}}, "on_demand.percent must be from 0 to 100, got 101"),
        ({"warm_pool": {"min": 1}, "on_demand": {"percent": 0}}, "warm_pool must not be given beside several instance"),
        ({"warm_pool": {}, "instance_types": ["a1.b", "c1.d"]}, "warm_pool must not be given beside several instance"),
        ({"scaling": {}}, "scaling.cpu_percent must be given"),
        ({"scaling": {"cpu": 50, "cpu_percent": 50}}, "scaling.cpu is not a known field"),
        ({"schedules": {"x": {"cron": "0 0 * * *"}}}, "schedules.x must have min, max or desired"),
        ({"schedules": {"x": {"cron": "often", "min": 1}}}, "schedules.x.cron must be a cron line of five fields"),
        ({"schedules": {"x": {"min": 1}}}, "schedules.x.cron must be given"),
        (
            {"schedules": {"x": {"cron": "0 0 * * *", "min": 5, "max": 2}}},
            "schedules.x must have min, desired and max in this order, got 5, 2",
        ),
        ({"schedules": {"x": {"cron": "0 0 * * *", "min": 1, "timezone": "Mars"}}}, "schedules.x.timezone must be an"),
        ({"refresh": {"checkpoints": [50, 20]}}, "refresh.checkpoints must be rising percentages with 100 at the end"),
        ({"refresh": {"checkpoints": [50]}}, "refresh.checkpoints must be rising percentages with 100 at the end"),
        ({"refresh": {"pause": 60}}, "refresh.pause must not be given without checkpoints: nothing pauses"),
        ({"max_lifetime_days": 0}, "max_lifetime_days must be from 1 to 365, got 0"),
        ({"registries": "ghcr.io"}, "registries must be a list, got 'ghcr.io'"),
        ({"registries": [5]}, "registries[0] must be a text that is not empty, got 5"),
        ({"meta": {"a": 5}}, "meta.a must be a text, got 5"),
        ({"meta": {"bad key/x": "v"}}, "meta.bad key/x is no name of a fact: up to 58 letters, digits and '._-'"),
        ({"meta": {"disk": ""}}, "meta.disk must not be empty"),
        ({"meta": {"pool": "x"}}, "meta.pool is kept for the pool's own name with scheduler 'nomad'"),
        ({"target_groups": ["arn"]}, "target_groups must be a mapping, got ['arn']"),
        ({"instance_type": "t3.small"}, "instance_type is not a known field, did you mean 'instance_types'?"),
    ],
)
def test_bad_args(changed: Any, start: str) -> None:
    (line,) = refused(**changed)
    assert line.startswith(start)


def test_everything_wrong_is_said_at_once() -> None:
    assert len(refused(image="x", min=-1, mx=3, refresh={"surplus": 0}, cluster={**FACTS, "servers": 3})) == 5


def test_a_name_that_is_taken() -> None:
    from tests.graph.graphs import lib, recorded

    facts = {**FACTS, "pools": ["servers"]}
    with pytest.raises(Failed, match="pool 'servers': must not be called 'servers': the core servers are"):
        recorded(lambda: lib.WorkerPool("servers", {"cluster": facts, "image": IMAGE}))
