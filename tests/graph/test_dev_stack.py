"""The dev environment as a whole: what `pulumi up` is asked to make."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

import foxden
from local import stackfiles
from stacks import dev, rollout
from stacks.services import SERVICES
from stacks.settings import Settings, parse_settings
from tests.graph.environments import DEMO, DEV, FUNCTIONS, HOST, JOB, KEPT, NAMESPACE, POOL, VARIABLE, settings, up
from tests.mocks import Failed, Recorded, Secret, reveal, run, without_secrets


def message_of(chosen: Settings) -> str:
    """What is said when it can't be composed."""
    with pytest.raises(Failed) as caught:
        up(chosen)
    assert isinstance(caught.value.error, foxden.InvalidInput), caught.value.error
    return str(caught.value)


@pytest.fixture(scope="module")
def done() -> Recorded:
    """The dev environment."""
    return up()


def test_the_whole_environment(done: Recorded) -> None:
    components = {(each.type.rpartition(":")[2], each.name) for each in done.resources if not each.custom}
    assert components >= {
        ("Network", "dev"),
        ("CoreCluster", "dev"),
        ("WorkerPool", "general"),
        ("WorkerPool", "batch"),
        ("RegistryAuth", "dev"),
        ("Balancer", "dev"),
        ("Bucket", "dev-access-logs"),
        ("Bucket", "dev-snapshots"),
        ("Ingress", "ingress"),
        ("Environment", "environment"),
        ("Services", "services"),
    }
    assert set(done.of_type(JOB)) == {*SERVICES, "ingress"}
    assert set(done.of_type(NAMESPACE)) == {"dev"}


def test_a_pool_that_nothing_scales_has_machines(done: Recorded) -> None:
    groups = done.of_type("aws:autoscaling/group:Group")
    assert {name: each.inputs["minSize"] for name, each in groups.items()} == {
        "dev-servers": 3,
        "general": 2,
        "batch": 1,
    }


def test_what_it_says(done: Recorded) -> None:
    assert done.exports["urls"] == {
        "pods": None,
        "meeting-router": "https://api.dev.foxden.example/meetings",
        "ionic-apps": "https://app.dev.foxden.example/",
    }
    assert done.exports["versions"] == dict.fromkeys(SERVICES, "1.0.0")
    assert done.exports["dashboards"] == {"nomad": "https://127.0.0.1:14646/ui", "consul": "https://127.0.0.1:18501/ui"}
    assert done.exports["connect"] == "make connect STACK=dev"
    assert isinstance(done.exports["connection"], Secret)
    connection = reveal(done.exports["connection"])
    assert connection["token_reference"] == "aws-ssm:/foxden/dev/operators/nomad-token"
    assert "token" not in connection


def test_everything_is_made_by_the_providers_of_the_environment(done: Recorded) -> None:
    made = [each for each in done.resources if each.custom and not each.type.startswith("pulumi:providers:")]
    assert {done.by_urn(each.provider).name for each in made} == {"aws", "dev-nomad", "dev-consul"}
    assert done.one("pulumi:providers:aws").inputs["region"] == "eu-central-1"


def test_services_run_the_images_of_their_repositories(done: Recorded) -> None:
    job = json.loads(done.of_type(JOB)["pods"].inputs["jobspec"])
    images = [task["Config"].get("image") for group in job["TaskGroups"] for task in group["Tasks"]]
    assert f"{HOST}/dev/pods:1.0.0" in images


def test_services_wait_for_machines(done: Recorded) -> None:
    groups = {each.urn for each in done.resources if each.type == "aws:autoscaling/group:Group"}
    for job in done.of_type(JOB).values():
        assert groups <= job.depends_on


def test_the_ingress_is_behind_the_balancer(done: Recorded) -> None:
    (group,) = json.loads(done.of_type(JOB)["ingress"].inputs["jobspec"])["TaskGroups"]
    assert group["Networks"][0]["ReservedPorts"] == [{"Label": "http", "Value": 8080}]
    assert done.one("aws:lb/targetGroup:TargetGroup").inputs["port"] == 8080


def test_no_credential_is_plain_anywhere(done: Recorded) -> None:
    (variable,) = done.of_type(VARIABLE).values()
    assert variable.inputs["items"] == Secret({"value": "pods-secret"})
    for hidden in ("nomad-secret", "consul-secret", "pods-secret"):
        for each in done.resources:
            assert hidden not in str(without_secrets([each.inputs, each.outputs])), each.urn
        assert hidden not in str(without_secrets(done.exports))


def test_everything_that_can_have_tags_has_them(done: Recorded) -> None:
    tagged = [each for each in done.resources if each.custom and "tags" in each.inputs]
    assert len(tagged) > 30
    for each in tagged:
        tags = each.inputs["tags"]
        found = {tag["key"]: tag["value"] for tag in tags} if isinstance(tags, list) else tags
        assert found.items() >= {"environment": "dev", "owner": "platform", "cost_centre": "engineering"}.items(), each
        assert found["component"], each.urn


def test_the_same_twice_is_the_same(done: Recorded) -> None:
    again = up()
    assert {each.urn: each.inputs for each in done.resources} == {each.urn: each.inputs for each in again.resources}


def test_a_first_preview_asks_nothing_of_a_cluster_that_is_not_there() -> None:
    functions = {**FUNCTIONS, "aws:ssm/getParameter:getParameter": _only_secrets}
    first = run(lambda: dev.compose(DEV), stack="dev", preview=True, functions=functions)
    assert len(first.of_type(POOL)) == 2


def _only_secrets(args: Mapping[str, Any]) -> dict[str, Any]:
    assert "/secrets/" in args["name"], f"{args['name']} was read before there is a cluster"
    return {"name": args["name"], "value": KEPT[args["name"]]}


def test_the_cluster_alone() -> None:
    alone = up(settings(layers=["cluster"]))
    assert alone.of_type(JOB) == {}
    assert {each.type for each in alone.providers} == {"pulumi:providers:aws"}
    assert reveal(alone.exports["connection"])["address"] == "https://127.0.0.1:14646"


def test_the_machines_are_never_left_out_by_chance() -> None:
    with pytest.raises(foxden.InvalidInput, match="layers must have 'cluster'"):
        settings(layers="services")


def test_protection_is_one_choice() -> None:
    bare = up(settings(protect=False, layers=["cluster"]))
    assert [each.urn for each in bare.resources if each.protect] == []
    assert bare.one("aws:lb/loadBalancer:LoadBalancer").inputs["enableDeletionProtection"] is False
    assert {each.inputs["forceDestroy"] for each in bare.of_type("aws:s3/bucket:Bucket").values()} == {True}


def test_what_an_environment_chooses_beyond_the_usual() -> None:
    chosen = settings(
        layers=["cluster"],
        account="123456789012",
        zone="Z9",
        mirror="https://mirror.example",
        core={"unhealthy_after": 300},
        network={"flow_logs": False},
        registry={"readers": ["222222222222"]},
        names={"db": "db.rds.example"},
        api={"address": "https://nomad.example:4646"},
    )
    found = up(chosen)
    assert found.one("pulumi:providers:aws").inputs["allowedAccountIds"] in ('["123456789012"]', ["123456789012"])
    assert found.of_type("aws:ec2/flowLog:FlowLog") == {}
    assert len(found.of_type("aws:ecr/repositoryPolicy:RepositoryPolicy")) == len(SERVICES)
    assert found.one("aws:route53/record:Record", "dev-db").inputs["name"] == "db.dev.internal"
    assert reveal(found.exports["connection"])["address"] == "https://nomad.example:4646"
    assert found.exports["dashboards"]["nomad"] == "https://nomad.example:4646/ui"
    assert found.exports["name_servers"] == []


def test_only_pools_for_any_service_have_the_ingress(done: Recorded) -> None:
    groups = done.of_type("aws:autoscaling/group:Group")
    targets = {name: each.inputs.get("targetGroupArns") for name, each in groups.items()}
    assert [name for name, arns in targets.items() if arns] == ["general"]


def test_it_ends_when_all_machines_are_those_that_were_asked_for(asked: list[Any]) -> None:
    asked.clear()
    up(settings(layers=["cluster"]))
    templates = ("dev-servers", "general", "batch")
    assert asked == [("client in eu-central-1", "dev", {f"LaunchTemplate-{name}": "1" for name in templates})]


def test_it_fails_when_they_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    async def watch(*_: Any) -> None:
        raise pulumi.RunError("not all machines are those that were asked for")

    monkeypatch.setattr(rollout, "until_settled", watch)
    with pytest.raises(Failed, match="not all machines are those that were asked for"):
        up(settings(layers=["cluster"]))


def test_nobody_is_asked_in_a_preview_nor_where_it_is_not_wished(asked: list[Any]) -> None:
    asked.clear()
    up(settings(layers=["cluster"], wait=False))
    up(settings(layers=["cluster"]), preview=True)
    assert asked == []


# Which image runs


def test_a_digest_may_be_the_version() -> None:
    digest = f"sha256:{'a1' * 32}"
    own = {**stackfiles.values("dev")["services"], "pods": {"version": digest}}
    found = up(settings(services=own))
    job = found.of_type(JOB)["pods"].inputs["jobspec"]
    assert f"{HOST}/dev/pods@{digest}" in job
    assert found.exports["versions"]["pods"] == "a1a1a1a1a1a1"


def test_nobody_says_which_image() -> None:
    chosen = settings(services={"pods": {"version": "1"}})
    assert message_of(chosen).splitlines() == [
        f"environment 'dev': services.{name}.version must be given: it says which image"
        for name in ("meeting-router", "ionic-apps")
    ]


# Special-purpose environments


def test_a_special_purpose_environment_is_on_devs_cluster() -> None:
    found = up(DEMO)
    assert found.of_type("foxden:index:CoreCluster") == found.of_type("foxden:index:Network") == {}
    assert found.of_type("foxden:index:Ingress") == {}
    assert set(found.of_type(JOB)) == set(SERVICES)
    namespace = found.one(NAMESPACE)
    assert namespace.name == "demo"
    assert namespace.inputs["meta"] == {"owner": "ana", "expires": "2030-01-01T00:00:00Z"}
    assert found.exports["urls"]["ionic-apps"] == "https://app.demo.dev.foxden.example/"
    assert found.exports["connect"] == "make connect STACK=dev"
    certificate = found.one("aws:acm/certificate:Certificate").inputs
    assert certificate["domainName"] == "demo.dev.foxden.example"
    assert certificate["tags"]["expires"] == "2030-01-01T00:00:00Z"
    assert f"{HOST}/dev/pods:1.0.0" in found.of_type(JOB)["pods"].inputs["jobspec"]


def test_a_special_purpose_environment_may_have_a_cluster_of_its_own() -> None:
    chosen = settings("demo", domain="demo.dev.foxden.example", inherits="dev", cluster="own", layers=["cluster"])
    assert not chosen.shares_cluster
    found = up(chosen)
    assert found.one("foxden:index:CoreCluster").name == "demo"
    assert "pulumi:pulumi:StackReference" not in {each.type for each in found.resources}
    assert found.exports["connect"] == "make connect STACK=demo"


def test_another_environment_on_the_same_code() -> None:
    given = {**stackfiles.values("dev"), "servers": 1, "domain": "qa.foxden.example", "layers": ["cluster"]}
    assert up(parse_settings("qa", "qa", given)).one("foxden:index:CoreCluster").name == "qa"
