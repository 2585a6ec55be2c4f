"""Core servers, as the engine is told of them."""

import json
from typing import Any

import pulumi
import pytest

from foxden.boot.node import LAUNCH_HOOK, TERMINATE_HOOK, Role
from foxden.clouds.aws.bootstrap import zones_of_servers
from foxden.clouds.aws.bootstrap_asg import one_more
from foxden.schedulers.nomad import nodes
from tests.graph.graphs import CORE, IMAGE, SITE, TAGS, core, lib, recorded, told
from tests.mocks import UNKNOWN, Failed, Recorded, unknown_output

GROUP = "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
INSTANCE = "aws:ec2/instance:Instance"


# The launch template


def test_machines_ask_for_their_identity_in_the_safe_way_alone() -> None:
    assert core().one(TEMPLATE).inputs["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
        "instanceMetadataTags": "enabled",
    }


def test_disks_are_encrypted() -> None:
    (disk,) = (
        core(disk={"size": 50, "iops": 4000, "throughput": 500, "device": "/dev/xvda"})
        .one(TEMPLATE)
        .inputs["blockDeviceMappings"]
    )
    assert disk["deviceName"] == "/dev/xvda"
    assert disk["ebs"] == {
        "encrypted": "true",
        "volumeType": "gp3",
        "volumeSize": 50,
        "iops": 4000,
        "throughput": 500,
        "deleteOnTermination": "true",
    }


def test_machines_are_told_the_facts_of_their_cluster_and_no_more() -> None:
    text = told(core(unhealthy_after=90, certificate_hours=24, follow_within=60).one(TEMPLATE))
    settings = ('"servers": 3', '"unhealthy_after": 90', '"certificate_hours": 24', '"follow_within": 60')
    for fact in ("/foxden/dev", "alias/foxden-dev", "eu-central-1", *settings):
        assert fact in text or fact.replace('"', '\\"') in text, fact


def test_the_image_and_the_type() -> None:
    inputs = core(instance_type="m7i.large").one(TEMPLATE).inputs
    assert (inputs["imageId"], inputs["instanceType"]) == (IMAGE, "m7i.large")


# bootstrap: asg


@pytest.mark.parametrize(("servers", "most"), [(1, 200), (3, 134), (5, 120)])
def test_one_server_is_launched_before_one_goes(servers: int, most: int) -> None:
    group = core(servers=servers).one(GROUP, "dev-servers").inputs
    assert (group["minSize"], group["desiredCapacity"], group["maxSize"]) == (servers, servers, servers + 1)
    bounds = {"minHealthyPercentage": 100, "maxHealthyPercentage": most}
    assert group["instanceMaintenancePolicy"] == bounds
    preferences = group["instanceRefresh"]["preferences"]
    assert bounds.items() <= preferences.items()
    assert int(servers * most / 100) == servers + 1
    assert one_more(servers) == most - 100


def test_the_template_is_pinned() -> None:
    group = core().one(GROUP)
    assert group.inputs["launchTemplate"]["version"] == "7"


def test_a_new_server_is_waited_for_and_an_old_one_may_leave() -> None:
    done = core(join_deadline=1200)
    initial = {hook["name"]: hook for hook in done.one(GROUP).inputs["initialLifecycleHooks"]}
    later = done.of_type("aws:autoscaling/lifecycleHook:LifecycleHook")
    for name, transition, seconds, result in (
        (LAUNCH_HOOK, "autoscaling:EC2_INSTANCE_LAUNCHING", 1200, "ABANDON"),
        (TERMINATE_HOOK, "autoscaling:EC2_INSTANCE_TERMINATING", 300, "CONTINUE"),
    ):
        hook = {"name": name, "lifecycleTransition": transition, "heartbeatTimeout": seconds, "defaultResult": result}
        assert initial[name] == hook
        assert hook.items() <= later[f"dev-servers-{name}"].inputs.items()


def test_servers_are_found_by_their_tags() -> None:
    tags = {each["key"]: each for each in core().one(GROUP).inputs["tags"]}
    assert {key: each["value"] for key, each in tags.items()} == {
        **TAGS,
        "component": "servers",
        "Name": "foxden-dev-servers",
        "foxden:cluster": "dev",
        "foxden:pool": "servers",
        "foxden:role": "server",
        "foxden:servers": "dev",
    }
    assert all(each["propagateAtLaunch"] for each in tags.values())


def test_servers_are_in_private_subnets() -> None:
    assert core().one(GROUP).inputs["vpcZoneIdentifiers"] == ["subnet-a", "subnet-b", "subnet-c"]


def test_servers_start_when_all_that_they_need_is_there() -> None:
    done = core()
    waited = done.one(GROUP).depends_on
    for kind in ("aws:iam/rolePolicy:RolePolicy", "aws:ssm/parameter:Parameter", "aws:kms/alias:Alias"):
        assert done.one(kind).urn in waited
    rules = done.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert rules and {rule.urn for rule in rules.values()} <= done.one(TEMPLATE).depends_on


def test_what_would_lose_data_is_protected() -> None:
    def kept(done: Recorded) -> set[str]:
        return {each.type for each in done.resources if each.protect}

    assert kept(core()) == {"aws:kms/key:Key", GROUP}
    assert kept(core(protect=False)) == set()
    plain = core(bootstrap="ec2")
    assert kept(plain) == {"aws:kms/key:Key", INSTANCE}
    assert all(each.inputs["disableApiTermination"] for each in plain.of_type(INSTANCE).values())


def test_the_protection_of_a_component_is_its_childrens() -> None:
    def program() -> None:
        args = {**CORE, "network": SITE, "protect": False}
        lib.CoreCluster("dev", args, pulumi.ResourceOptions(protect=True))

    assert all(each.protect for each in recorded(program).resources)


# bootstrap: ec2


@pytest.mark.parametrize("servers", [1, 3, 5])
def test_plain_instances_are_spread_over_zones(servers: int) -> None:
    done = core(servers=servers, bootstrap="ec2")
    assert not done.of_type(GROUP)
    instances = done.of_type(INSTANCE)
    zones = [each.inputs["subnetId"] for each in instances.values()]
    assert len(zones) == servers
    assert max(map(zones.count, zones)) - min(zones.count(f"subnet-{letter}") for letter in "abc") <= 1
    assert "dev-eu-central-1a-1" in instances
    launch = instances["dev-eu-central-1a-1"].inputs["launchTemplate"]
    assert launch["version"] == "7"


def test_a_plain_instance_is_told_what_the_template_says() -> None:
    """Else the provider sees a change in it, and would stop it to make it."""
    done = core(bootstrap="ec2")
    told_each = {each.inputs["userDataBase64"] for each in done.of_type(INSTANCE).values()}
    assert told_each == {done.one(TEMPLATE).inputs["userData"]}


def test_a_plain_instance_is_found_and_tagged_as_one_of_a_group() -> None:
    instance = core(bootstrap="ec2").one(INSTANCE, "dev-eu-central-1b-1").inputs
    assert instance["tags"]["foxden:servers"] == "dev"
    assert instance["tags"]["Name"] == "foxden-dev-server-eu-central-1b-1"
    assert TAGS.items() <= instance["volumeTags"].items()


def test_servers_keep_their_places_when_zones_are_named_in_another_order() -> None:
    assert zones_of_servers(dict.fromkeys("bca"), 5) == zones_of_servers(dict.fromkeys("abc"), 5)
    assert zones_of_servers(dict.fromkeys("abc"), 5) == {"a-1": "a", "a-2": "a", "b-1": "b", "b-2": "b", "c-1": "c"}
    assert zones_of_servers(dict.fromkeys("abc"), 3).items() <= zones_of_servers(dict.fromkeys("abc"), 5).items()


# What the pools share, and outputs


def test_pools_that_may_join_are_told_to_the_servers() -> None:
    parameter = core(pools=["general", "batch"]).one("aws:ssm/parameter:Parameter").inputs
    assert parameter["name"] == "/foxden/dev/servers/pools"
    assert (parameter["type"], json.loads(parameter["insecureValue"])) == ("String", ["batch", "general"])


def test_the_key_turns_and_is_not_deleted_soon() -> None:
    done = core(key_deletion_days=14)
    key = done.one("aws:kms/key:Key").inputs
    assert (key["enableKeyRotation"], key["deletionWindowInDays"]) == (True, 14)
    assert done.one("aws:kms/alias:Alias").inputs["name"] == "alias/foxden-dev"


def test_snapshots_go_to_a_bucket() -> None:
    done = core(snapshots=lambda: pulumi.Output.from_input("bucket"))
    policy = json.loads(done.one("aws:iam/rolePolicy:RolePolicy", "dev-servers-snapshots").inputs["policy"])
    assert policy["Statement"][0]["Resource"] == ["arn:aws:s3:::bucket/dev/*"]
    assert "bucket" in told(done.one(TEMPLATE))


def test_more_rights() -> None:
    done = core(policies={"more": '{"a": 1}'}, policy_arns={"kept": "arn:aws:iam::aws:policy/x"})
    assert done.one("aws:iam/rolePolicy:RolePolicy", "dev-servers-more").inputs["policy"] == '{"a": 1}'
    attached = done.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "dev-servers-kept")
    assert attached.inputs["policyArn"] == "arn:aws:iam::aws:policy/x"


def test_outputs_are_known_when_it_is_there_and_not_before() -> None:
    outputs = core().one("foxden:index:CoreCluster").outputs or {}
    assert outputs["parameters"] == "/foxden/dev"
    assert outputs["template_version"] == 7
    assert outputs["key"].startswith("arn:aws:kms:")
    before = core(preview=True, snapshots=unknown_output)
    assert (before.one("foxden:index:CoreCluster").outputs or {})["servers_security_group"] is UNKNOWN
    assert before.one(TEMPLATE).inputs["userData"] is UNKNOWN


def test_a_secret_is_refused_where_it_could_be_read() -> None:
    with pytest.raises(Failed, match="snapshots is a Pulumi secret"):
        core(snapshots=lambda: pulumi.Output.secret("hush"))


# The connection


ADDRESSES = {"address": "https://127.0.0.1:14646", "discovery_address": "https://127.0.0.1:18501"}


def test_a_connection_says_where_credentials_are_kept() -> None:
    def program() -> None:
        cluster = lib.CoreCluster("dev", {**CORE, "network": SITE, **ADDRESSES, "options": {"core_mhz": "2000"}})
        pulumi.export("connection", cluster.connection("qa", "qa.example.com"))
        assert len(cluster.providers) == len(cluster.providers) == 2

    done = recorded_with_parameters(program)
    assert done.exports["connection"] == {
        **ADDRESSES,
        "scheduler": "nomad",
        "environment": "qa",
        "domain": "qa.example.com",
        "ca_reference": "aws-ssm:/foxden/dev/shared/ca",
        "token_reference": "aws-ssm:/foxden/dev/operators/nomad-token",
        "discovery_token_reference": "aws-ssm:/foxden/dev/operators/consul-token",
        "options": {**nodes.connection_options("dev"), "core_mhz": "2000"},
    }
    assert {each.name for each in done.providers} == {"dev-nomad", "dev-consul"}
    assert {each.parent for each in done.providers} == {done.one("foxden:index:CoreCluster").urn}


def recorded_with_parameters(program: Any) -> Recorded:
    """What a program registers that reads secrets."""
    from tests.graph.graphs import answer
    from tests.mocks import run

    read = {"aws:ssm/getParameter:getParameter": lambda args: {"value": f"of {args['name']}"}}
    return run(program, answer=answer, functions=read)


def test_a_connection_takes_addresses() -> None:
    def program() -> None:
        lib.CoreCluster("dev", {**CORE, "network": SITE}).connection("qa", "qa.example.com")

    with pytest.raises(Failed) as caught:
        recorded(program)
    assert str(caught.value).splitlines() == [
        f"cluster 'dev': {key} must be given: without it nobody can be connected" for key in ADDRESSES
    ]


def test_roles_have_the_names_that_security_groups_have() -> None:
    names = {each.inputs["name"] for each in core().of_type("aws:ec2/securityGroup:SecurityGroup").values()}
    assert names == {"foxden-dev-servers", "foxden-dev-workers"}
    assert len(Role) == len(names)
