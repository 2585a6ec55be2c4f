"""Control planes that Amazon runs, as the simulated AWS keeps them and as the auditor sees them."""

import functools
import json
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest

from local.simulate.audit import Facts, eks, machines, tags
from local.simulate.inventory import Clients, added, take

REGION, ACCOUNT = "eu-central-1", "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
FACTS = Facts("dev", frozenset())
TAGS = {"environment": "dev", "owner": "x", "component": "x", "cost_centre": "x"}
GOOD: dict[str, Any] = {
    "version": "1.34",
    "resourcesVpcConfig": {"subnetIds": ["s"], "endpointPrivateAccess": True, "endpointPublicAccess": False},
    "encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": "arn:k"}}],
    "logging": {"clusterLogging": [{"types": ["api", "audit"], "enabled": True}]},
    "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
    "upgradePolicy": {"supportType": "EXTENDED"},
    "tags": TAGS,
}
RULES = (eks.closed, eks.encrypted, eks.audited, eks.entries, eks.addons, eks.pinned_nodes, tags.tagged, machines.hooks)


@pytest.fixture
def clients(account: None) -> Clients:
    """An empty account."""
    return functools.cache(lambda service: boto3.client(service, region_name=REGION))


def made(clients: Clients, release: str = "1.34.1-20250920", told: str = "disabled", **changed: Any) -> Any:
    """A cluster with a group of nodes. ``told`` is whether these tell their tags to their programs."""
    made = clients("eks")
    made.create_cluster(name="c", roleArn=ROLE, **{**GOOD, **changed})
    made.create_access_entry(clusterName="c", principalArn=ROLE, type="STANDARD", tags=TAGS)
    for name in eks.NEEDED:
        settings = json.dumps({"enableNetworkPolicy": "true"}, sort_keys=True) if name == "vpc-cni" else "{}"
        made.create_addon(clusterName="c", addonName=name, addonVersion="v1", configurationValues=settings)
    metadata = {"HttpTokens": "required", "InstanceMetadataTags": told}
    node = {"InstanceType": "t3.small", "MetadataOptions": metadata}
    data = {"LaunchTemplateName": "t", "LaunchTemplateData": node}
    spec = [{"ResourceType": "launch-template", "Tags": [{"Key": key, "Value": value} for key, value in TAGS.items()]}]
    subnet = clients("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    template = clients("ec2").create_launch_template(**data, TagSpecifications=spec)["LaunchTemplate"]
    made.create_nodegroup(
        clusterName="c",
        nodegroupName="g",
        nodeRole=ROLE,
        subnets=[subnet],
        releaseVersion=release,
        version="1.34",
        launchTemplate={"id": template["LaunchTemplateId"], "version": "1"},
        scalingConfig={"minSize": 1, "maxSize": 2, "desiredSize": 1},
        updateConfig={"maxUnavailablePercentage": 20},
        nodeRepairConfig={"enabled": True},
        tags=TAGS,
    )
    return made


def broken(clients: Clients) -> set[str]:
    """The rules that something breaks."""
    return {rule.__name__ for rule in RULES if list(rule(clients, FACTS))}


def test_a_sound_one(clients: Clients) -> None:
    made(clients)
    assert broken(clients) == set()


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({"resourcesVpcConfig": {"subnetIds": ["s"], "endpointPublicAccess": True}}, {"closed"}),
        ({"encryptionConfig": []}, {"encrypted"}),
        ({"logging": {"clusterLogging": [{"types": ["api"], "enabled": True}]}}, {"audited"}),
        ({"accessConfig": {"authenticationMode": "CONFIG_MAP"}}, {"entries"}),
        ({"release": "1.33.1-20250920"}, {"pinned_nodes"}),
        ({"tags": {}}, {"tagged"}),
    ],
)
def test_what_is_wrong_is_found(clients: Clients, changed: Any, rules: set[str]) -> None:
    made(clients, **changed)
    assert broken(clients) == rules


def test_what_is_missing_is_found(clients: Clients) -> None:
    there = made(clients)
    there.delete_addon(clusterName="c", addonName="vpc-cni")
    there.delete_access_entry(clusterName="c", principalArn=ROLE)
    assert broken(clients) == {"entries", "addons"}


def test_nodes_that_tell_their_tags_are_refused_for_those_of_amazons(clients: Clients) -> None:
    with pytest.raises(clients("eks").exceptions.InvalidRequestException, match="is not a valid tag key"):
        made(clients, told="enabled")
    assert clients("eks").list_nodegroups(clusterName="c")["nodegroups"] == []


def test_what_was_given_comes_back(clients: Clients) -> None:
    there = made(clients)
    cluster = there.describe_cluster(name="c")["cluster"]
    assert cluster["accessConfig"] == {"authenticationMode": "API"}
    assert (cluster["upgradePolicy"], cluster["deletionProtection"]) == ({"supportType": "EXTENDED"}, False)
    group = there.describe_nodegroup(clusterName="c", nodegroupName="g")["nodegroup"]
    assert (group["updateConfig"], group["nodeRepairConfig"]) == (
        {"maxUnavailablePercentage": 20},
        {"enabled": True},
    )
    assert not {"remoteAccess", "diskSize"} & group.keys()
    (scaling,) = group["resources"]["autoScalingGroups"]
    groups = clients("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert [each["AutoScalingGroupName"] for each in groups] == [scaling["name"]]
    assert {tag["Key"]: tag["Value"] for tag in groups[0]["Tags"]} == {
        "eks:cluster-name": "c",
        "eks:nodegroup-name": "g",
    }
    others = [{"Name": "tag:foxden:cluster", "Values": ["c"]}]
    assert clients("autoscaling").describe_auto_scaling_groups(Filters=others)["AutoScalingGroups"] == []


def test_pods_are_somebody_and_all_of_it_goes(clients: Clients) -> None:
    before = take(clients)
    there = made(clients)
    identity = {"serviceAccount": "ebs-csi-controller-sa", "roleArn": ROLE}
    addon = there.create_addon(
        clusterName="c", addonName="aws-ebs-csi-driver", addonVersion="v1", podIdentityAssociations=[identity]
    )["addon"]
    (found,) = there.list_pod_identity_associations(clusterName="c")["associations"]
    assert addon["podIdentityAssociations"] == [found["associationArn"]]
    whole = there.describe_pod_identity_association(clusterName="c", associationId=found["associationId"])
    assert whole["association"]["roleArn"] == ROLE
    policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    there.associate_access_policy(clusterName="c", principalArn=ROLE, policyArn=policy, accessScope={"type": "cluster"})
    (associated,) = there.list_associated_access_policies(clusterName="c", principalArn=ROLE)[
        "associatedAccessPolicies"
    ]
    assert associated["policyArn"] == policy
    there.disassociate_access_policy(clusterName="c", principalArn=ROLE, policyArn=policy)
    there.delete_addon(clusterName="c", addonName="aws-ebs-csi-driver")
    assert there.list_pod_identity_associations(clusterName="c")["associations"] == []
    with pytest.raises(there.exceptions.ResourceNotFoundException):
        there.describe_addon(clusterName="c", addonName="aws-ebs-csi-driver")
    there.delete_nodegroup(clusterName="c", nodegroupName="g")
    there.delete_cluster(name="c")
    assert set(added(before, take(clients))) <= {"launch template"}
