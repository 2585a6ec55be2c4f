"""What Amazon's APIs refuse and the simulated ones take: held for every resource of whole environments."""

import re
from functools import cache

import pytest

from foxden.clouds.aws.images import disk_problems
from foxden.clouds.plan import Disk
from foxden.naming import MAX_ENVIRONMENT
from tests.graph import eks_graphs
from tests.graph.environments import DEV, PROD, QA, up
from tests.graph.graphs import NETWORK
from tests.graph.test_eks_stack import chosen
from tests.graph.test_eks_stack import up as up_managed
from tests.mocks import Failed, Recorded

ENVIRONMENTS = ("dev", "eks", "prod", "qa")
FIREWALLS = {
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
}
_DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}", re.ASCII)
"""EC2: "Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9.
_-:/()#,@[]+=&;{}!$*". An apostrophe is not among them."""


@cache
def done(environment: str) -> Recorded:
    """A whole environment, once."""
    own = {"dev": DEV, "prod": PROD, "qa": QA}
    return up(own[environment]) if environment in own else up_managed(chosen())


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_descriptions_of_firewalls(environment: str) -> None:
    found = {each.urn: each.inputs["description"] for each in done(environment).resources if each.type in FIREWALLS}
    assert len(found) > len(FIREWALLS)
    assert {urn: text for urn, text in found.items() if not _DESCRIPTION.fullmatch(text)} == {}


def test_roles_of_add_ons_of_the_longest_name_in_the_longest_region() -> None:
    region = "ap-southeast-1"
    network = {**NETWORK, "zones": [f"{region}a", f"{region}b"]}
    made = eks_graphs.up(name="a" * MAX_ENVIRONMENT, network=network, pools={})
    names = [each.inputs["name"] for each in made.of_type("aws:iam/role:Role").values()]
    assert any("addon" in name for name in names)
    assert [name for name in names if len(name) > 64] == []


def test_a_node_of_eks_has_room_for_amazons_image() -> None:
    """EKS: "Volume of size 10GB is smaller than snapshot, expect size>= 20GB" for Amazon Linux 2023."""
    pools = {"general": {**eks_graphs.POOLS["general"], "disk": {"size": 19}}}
    with pytest.raises(Failed) as caught:
        eks_graphs.up(pools=pools)
    assert str(caught.value) == "pool 'general': disk.size must be at least 20, which Amazon's image takes, got 19"


@pytest.mark.parametrize(("size", "most"), [(8, 4000), (30, 15000), (32, 16000)])
def test_a_disk_has_500_operations_a_second_for_each_gib(size: int, most: int) -> None:
    told = f"disk.iops must be at most {most}, 500 for each GiB of disk.size ({size}), got {most + 1}"
    assert disk_problems(Disk(size=size, iops=most)) == []
    assert disk_problems(Disk(size=size, iops=most + 1)) == [told]


def test_a_small_disk_has_what_every_disk_has() -> None:
    assert disk_problems(Disk(size=1)) == []
