"""The qa environment as a whole: Kubernetes on AWS, with the services of dev on it."""

import json
from typing import Any

import pytest

from local import stackfiles
from stacks.services import SERVICES
from tests.graph.environments import HOST, QA, settings, up
from tests.graph.test_dev_graph import UNTAGGABLE, tags_of
from tests.mocks import Recorded, Secret, reveal, run, without_secrets

CHOICES = {
    "account", "cluster_services", "core", "cidr", "domain", "instance_type", "pools", "scheduler", "services",
}  # fmt: skip
"""What qa chooses otherwise than dev."""
VERSIONS = {name: own["version"] for name, own in stackfiles.values("qa")["services"].items()}


@pytest.fixture(scope="module")
def done() -> Recorded:
    """The qa environment."""
    return up(QA)


def test_it_differs_from_dev_by_choices_alone() -> None:
    dev, qa = stackfiles.values("dev"), stackfiles.values("qa")
    assert {key for key in dev.keys() | qa.keys() if dev.get(key) != qa.get(key)} == CHOICES
    assert (qa["scheduler"], qa["servers"], len(qa["pools"])) == ("kubernetes", 3, 2)


def test_the_whole_environment(done: Recorded) -> None:
    components = {(each.type.rpartition(":")[2], each.name) for each in done.resources if not each.custom}
    assert components >= {
        ("Network", "qa"),
        ("CoreCluster", "qa"),
        ("WorkerPool", "general"),
        ("WorkerPool", "batch"),
        ("RegistryAuth", "qa"),
        ("Balancer", "qa"),
        ("Bucket", "qa-snapshots"),
        ("ClusterServices", "qa"),
        ("Ingress", "ingress"),
        ("Environment", "environment"),
        ("Services", "services"),
    }
    around = {f"qa-{name}-workload" for name in ("coredns", "metrics-server", "cluster-autoscaler")}
    assert set(done.of_type("kubernetes:apps/v1:Deployment")) == {*SERVICES, *around}


def test_what_it_says(done: Recorded) -> None:
    assert done.exports["urls"] == {
        "pods": None,
        "meeting-router": "https://api.qa.foxden.example/meetings",
        "ionic-apps": "https://app.qa.foxden.example/",
    }
    assert done.exports["dashboards"] == {}
    assert done.exports["connect"] == "make connect STACK=qa"
    connection = reveal(done.exports["connection"])
    assert connection["address"] == "https://127.0.0.1:16443"
    assert connection["token_reference"] == "aws-ssm:/foxden/qa/operators/kubernetes-token"
    assert not {"token", "discovery_address", "discovery_token_reference"} & connection.keys()


def test_everything_is_made_by_the_providers_of_the_environment(done: Recorded) -> None:
    made = [each for each in done.resources if each.custom and not each.type.startswith("pulumi:providers:")]
    assert {done.by_urn(each.provider).name for each in made} == {"aws", "qa-kubernetes"}


def test_everything_on_amazon_is_tagged(done: Recorded) -> None:
    for each in done.resources:
        if each.custom and each.type.startswith("aws:") and each.type not in UNTAGGABLE:
            tags = {"environment": "qa", "owner": "platform", "cost_centre": "engineering"}
            assert tags.items() <= tags_of(each).items() and tags_of(each)["component"], each.urn


def test_services_run_the_images_of_their_repositories_once_there_are_machines(done: Recorded) -> None:
    groups = {each.urn for each in done.resources if each.type == "aws:autoscaling/group:Group"}
    deployments = done.of_type("kubernetes:apps/v1:Deployment")
    names = deployments["qa-coredns-workload"]
    assert groups <= names.depends_on
    for name in SERVICES:
        assert f"{HOST}/qa/{name}@{VERSIONS[name]}" in str(deployments[name].inputs)
        assert groups <= deployments[name].depends_on
        # They find each other by name.
        assert names.urn in deployments[name].depends_on


def test_what_services_ask_for_comes_to_be_there(done: Recorded) -> None:
    """The pool that is empty until pods ask for it has somebody who sees that, may do so, and works elsewhere."""
    pool = done.one("aws:autoscaling/group:Group", "batch")
    assert (pool.inputs["minSize"], pool.inputs["maxSize"]) == (0, 4)
    tags = {tag["key"]: tag["value"] for tag in pool.inputs["tags"]}
    assert tags["k8s.io/cluster-autoscaler/qa"] == "owned"
    pod = done.one("kubernetes:apps/v1:Deployment", "qa-cluster-autoscaler-workload").inputs["spec"]["template"]["spec"]
    assert "k8s.io/cluster-autoscaler/qa" in str(pod["containers"][0]["args"])
    assert pod["nodeSelector"]["foxden/pool"] == "general"
    rights = done.of_type("aws:iam/rolePolicy:RolePolicy")
    assert [name for name in rights if "autoscaler" in name] == ["general-cluster-autoscaler"]
    sized = json.loads(rights["general-cluster-autoscaler"].inputs["policy"])["Statement"][-1]
    assert sized["Condition"] == {"StringEquals": {"aws:ResourceTag/k8s.io/cluster-autoscaler/qa": "owned"}}


def test_the_ingress_is_behind_the_balancer(done: Recorded) -> None:
    (proxy,) = done.of_type("kubernetes:apps/v1:DaemonSet").values()
    assert "'hostPort': 8080" in str(proxy.inputs).replace("8080.0", "8080")
    assert done.one("aws:lb/targetGroup:TargetGroup", "qa").inputs["port"] == 8080


def test_no_credential_is_plain_anywhere(done: Recorded) -> None:
    for hidden in ("kubernetes-secret", "pods-secret"):
        for each in done.resources:
            assert hidden not in str(without_secrets([each.inputs, each.outputs])), each.urn
    provider = done.one("pulumi:providers:kubernetes")
    assert isinstance(provider.inputs["kubeconfig"], Secret)


def test_the_cluster_alone() -> None:
    alone = up(settings("qa", "qa", layers=["cluster"]))
    assert {each.type for each in alone.providers} == {"pulumi:providers:aws"}
    assert not alone.of_type("kubernetes:apps/v1:Deployment")


def test_a_special_purpose_environment_is_on_its_cluster() -> None:
    from stacks import dev
    from stacks.settings import parse_settings
    from tests.graph.environments import FUNCTIONS, answer

    exported: dict[str, Any] = {
        "connection": {
            "scheduler": "kubernetes",
            "environment": "qa",
            "domain": "qa.foxden.example",
            "address": "https://127.0.0.1:16443",
            "token_reference": "aws-ssm:/foxden/qa/operators/kubernetes-token",
            "ca_reference": "aws-ssm:/foxden/qa/shared/ca",
            "options": {},
        },
        "balancer": {"listener": "arn:l", "zone": "Z1", "address": "alb.example", "address_zone": "Z-ALB"},
        "repositories": {name: f"{HOST}/qa/{name}" for name in SERVICES},
    }
    given = {**stackfiles.values("qa"), "domain": "demo.qa.foxden.example", "inherits": "qa"}
    chosen = parse_settings("demo", "qa", given)
    found = run(
        lambda: dev.compose(chosen),
        stack="demo",
        answer=answer,
        functions=FUNCTIONS,
        stacks={"organization/foxden/qa": exported},
    )
    assert not found.of_type("foxden:index:CoreCluster") and not found.of_type("foxden:index:Ingress")
    assert set(found.of_type("kubernetes:apps/v1:Deployment")) == set(SERVICES)
    assert found.exports["connect"] == "make connect STACK=qa"
