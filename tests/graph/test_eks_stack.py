"""An environment whose control plane Amazon runs: qa, with one line more in its file."""

import pytest

from stacks.services import SERVICES
from tests.graph.eks_graphs import CI, CLUSTER, GROUP, HOST, chosen, stack
from tests.mocks import Recorded, reveal


@pytest.fixture(scope="module")
def done() -> Recorded:
    """It, once."""
    return stack(chosen())


def test_the_same_services_on_a_cluster_that_amazon_runs(done: Recorded) -> None:
    assert done.one(CLUSTER).inputs["name"] == "foxden-qa"
    assert set(done.of_type(GROUP)) == {"general", "batch"}
    assert set(done.of_type("kubernetes:apps/v1:Deployment")) == set(SERVICES)
    assert not done.of_type("aws:autoscaling/group:Group")
    assert [name for name in done.of_type("aws:s3/bucket:Bucket") if "snapshots" in name] == []


def test_the_balancer_finds_the_nodes(done: Recorded) -> None:
    (attached,) = done.of_type("aws:autoscaling/attachment:Attachment").values()
    assert attached.name == "general-ingress"
    assert attached.inputs["autoscalingGroupName"] == "eks-general-0"


def test_whoever_deploys_comes_by_make_connect_or_from_where_it_is_open(done: Recorded) -> None:
    connection = reveal(done.exports["connection"])
    assert connection["address"] == "https://127.0.0.1:16443"
    assert HOST in connection["options"]["kubeconfig"]
    core = {"administrators": {"ci": CI}, "public_from": ["198.51.100.0/24"]}
    opened = reveal(stack(chosen(core=core, layers=["cluster"])).exports["connection"])
    assert opened["address"] == f"https://{HOST}"


def test_services_wait_for_nodes(done: Recorded) -> None:
    groups = {each.urn for each in done.of_type(GROUP).values()}
    for each in done.of_type("kubernetes:apps/v1:Deployment").values():
        assert groups <= each.depends_on
