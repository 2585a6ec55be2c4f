"""What Amazon's APIs refuse and the simulated ones take: held for every resource of whole environments."""

import re
from functools import cache

import pytest

from tests.graph.environments import DEV, PROD, QA, up
from tests.graph.test_eks_stack import chosen
from tests.graph.test_eks_stack import up as up_managed
from tests.mocks import Recorded

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
