"""An environment whose control plane Amazon runs: qa, with one line more in its file."""

from typing import Any

import pytest

from local import stackfiles
from policies.model import Level
from stacks import dev
from stacks.services import SERVICES
from stacks.settings import Settings, parse_settings
from tests.graph.eks_graphs import CI, CLUSTER, GROUP, HOST, RELEASE
from tests.graph.eks_graphs import told as eks
from tests.graph.environments import FUNCTIONS, answer
from tests.mocks import Failed, Recorded, reveal, run
from tests.policies.judging import judged, of_parts, told


def chosen(**changed: Any) -> Settings:
    """qa's choices without those for servers of its own, and with those for EKS, which brings its own CoreDNS."""
    own_servers = ("servers", "instance_type", "cluster_services")
    given = {key: value for key, value in stackfiles.values("qa").items() if key not in own_servers}
    pools = {name: {k: v for k, v in own.items() if k != "scaling"} for name, own in given["pools"].items()}
    own = {"managed": True, "image": RELEASE, "core": {"administrators": {"ci": CI}}, "pools": pools}
    return parse_settings("qa", "qa", {**given, **own, **changed})


def up(settings: Settings) -> Recorded:
    """Compose it."""

    def told(kind: str, name: str, inputs: Any) -> dict[str, Any]:
        return (eks if kind.startswith("aws:eks/") else answer)(kind, name, inputs)

    return run(lambda: dev.compose(settings), stack="qa", answer=told, functions=FUNCTIONS)


@pytest.fixture(scope="module")
def done() -> Recorded:
    """It, once."""
    return up(chosen())


def test_the_same_services_on_a_cluster_that_amazon_runs(done: Recorded) -> None:
    assert done.one(CLUSTER).inputs["name"] == "foxden-qa"
    assert set(done.of_type(GROUP)) == {"general", "batch"}
    assert set(done.of_type("kubernetes:apps/v1:Deployment")) == set(SERVICES)
    assert not done.of_type("aws:autoscaling/group:Group")
    assert [name for name in done.of_type("aws:s3/bucket:Bucket") if "snapshots" in name] == []


def test_the_autoscaler_finds_groups_by_the_name_that_amazon_tags_them_with() -> None:
    done = up(chosen(cluster_services={"cluster_autoscaler": {"pool": "general"}}))
    workload = done.one("kubernetes:apps/v1:Deployment", "qa-cluster-autoscaler-workload")
    assert "k8s.io/cluster-autoscaler/foxden-qa" in str(workload.inputs)
    (right,) = [each for each in done.of_type("aws:iam/rolePolicy:RolePolicy").values() if "autoscaler" in each.name]
    assert "k8s.io/cluster-autoscaler/foxden-qa" in str(right.inputs)


def test_a_closed_network_has_a_way_for_what_pods_show() -> None:
    """Add-ons get their credentials at an endpoint that no other cluster needs."""
    endpoints = ["autoscaling", "ec2", "ssm"]
    with pytest.raises(Failed) as caught:
        up(chosen(nat="none", network={"endpoints": endpoints}))
    line = "environment 'qa': network.endpoints must have eks-auth: with nat 'none' pods get no credentials otherwise"
    assert str(caught.value) == line
    done = up(chosen(nat="none", network={"endpoints": [*endpoints, "eks-auth"]}))
    assert "qa-eks-auth" in done.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")


def test_the_balancer_finds_the_nodes(done: Recorded) -> None:
    (attached,) = done.of_type("aws:autoscaling/attachment:Attachment").values()
    assert attached.name == "general-ingress"
    assert attached.inputs["autoscalingGroupName"] == "eks-general-0"


def test_whoever_deploys_comes_by_make_connect_or_from_where_it_is_open(done: Recorded) -> None:
    connection = reveal(done.exports["connection"])
    assert connection["address"] == "https://127.0.0.1:16443"
    assert HOST in connection["options"]["kubeconfig"]
    core = {"administrators": {"ci": CI}, "public_from": ["198.51.100.0/24"]}
    opened = reveal(up(chosen(core=core, layers=["cluster"])).exports["connection"])
    assert opened["address"] == f"https://{HOST}"


def test_what_it_brings_is_not_put_beside_it() -> None:
    with pytest.raises(Failed) as caught:
        up(chosen(cluster_services={"coredns": {}, "metrics_server": {}, "ebs_csi": {}, "cloud_controller": {}}))
    assert str(caught.value).splitlines() == [
        f"cluster services: {name} must not be given: this cluster has its own (options.provides)"
        for name in ("coredns", "ebs_csi", "cloud_controller")
    ]
    done = up(chosen(cluster_services={"metrics_server": {}}))
    assert "qa-metrics-server-workload" in done.of_type("kubernetes:apps/v1:Deployment")


def test_services_wait_for_nodes(done: Recorded) -> None:
    groups = {each.urn for each in done.of_type(GROUP).values()}
    for each in done.of_type("kubernetes:apps/v1:Deployment").values():
        assert groups <= each.depends_on


def test_no_policy_forbids_it(done: Recorded) -> None:
    report = judged(done, "qa", pack=of_parts())
    assert told(report, Level.MANDATORY) == []
    assert {each.rule for each in report.violations} <= {"image-by-digest", "outgoing-limited"}
