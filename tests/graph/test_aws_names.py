"""Between the SDK's tokens and the bridge's."""

import importlib

import pytest

from local.plugins.aws import names
from local.plugins.aws.types import AUTONAMES, CHANGES, FUNCTIONS, RESOURCES


@pytest.mark.parametrize(
    ("terraform", "token"),
    [
        ("aws_vpc", "aws:index/vpc:Vpc"),
        ("aws_lb", "aws:index/lb:Lb"),
        ("aws_launch_template", "aws:index/launchTemplate:LaunchTemplate"),
        ("aws_s3_bucket_versioning", "aws:index/s3BucketVersioning:S3BucketVersioning"),
    ],
)
def test_the_bridges_tokens_come_from_terraforms_names(terraform: str, token: str) -> None:
    assert names.bridge_type(terraform) == token


def test_a_data_source_is_a_function() -> None:
    assert names.bridge_function("aws_ami") == "aws:index/getAmi:getAmi"


def test_a_urn_gets_the_bridges_type_and_keeps_its_parents_and_its_name() -> None:
    urn = "urn:pulumi:dev::foxden::foxden:index:Network$aws:ec2/vpc:Vpc::a::b$c"
    theirs = "urn:pulumi:dev::foxden::foxden:index:Network$aws:index/vpc:Vpc::a::b$c"
    assert names.their_urn(urn) == theirs
    assert names.our_urn(theirs) == urn


def test_only_the_last_type_of_a_urn_is_the_resources() -> None:
    urn = "urn:pulumi:dev::foxden::aws:ec2/vpc:Vpc$aws:ec2/subnet:Subnet::a"
    assert names.their_urn(urn) == "urn:pulumi:dev::foxden::aws:ec2/vpc:Vpc$aws:index/subnet:Subnet::a"


@pytest.mark.parametrize("urn", ["", "urn:pulumi:dev::foxden::pulumi:providers:aws::default", "nonsense"])
def test_other_urns_stay(urn: str) -> None:
    assert names.their_urn(urn) == names.our_urn(urn) == urn


def test_every_type_has_one_name_on_each_side() -> None:
    assert len(names.OUR_TYPES) == len(RESOURCES) == len(set(RESOURCES.values()))
    assert len(set(names.THEIR_FUNCTIONS.values())) == len(FUNCTIONS)


def test_differences_are_of_types_that_are_known() -> None:
    assert {*CHANGES, *AUTONAMES} <= set(RESOURCES.values())


@pytest.mark.parametrize("token", sorted(RESOURCES))
def test_the_sdk_has_every_type(token: str) -> None:
    module, name = token.split(":")[1].split("/")[0], token.rpartition(":")[2]
    assert getattr(importlib.import_module(f"pulumi_aws.{module}"), name).pulumi_type == token
