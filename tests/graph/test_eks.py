"""Kubernetes whose control plane Amazon runs, behind the interface of core servers and pools."""

import json
from functools import cache
from typing import Any

import pulumi
import pytest

from foxden.clouds.aws.eks_addons import ADDONS
from foxden.clusters.core_args import CoreClusterArgs
from foxden.clusters.pool_args import WorkerPoolArgs
from foxden.clusters.read_managed import MANAGED_FIELDS
from foxden.clusters.read_managed_pool import POOL_FIELDS_OF_MANAGED
from tests.graph.eks_graphs import ADDON, CI, CLUSTER, CORE, GROUP, HOST, POOLS, RELEASE, up
from tests.graph.graphs import TAGS
from tests.mocks import Failed, Recorded

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"


@cache
def whole() -> Recorded:
    """The usual one, once."""
    return up()


def refused(**changed: Any) -> list[str]:
    """What is said of bad args of the control plane, before anything is registered but the network."""
    with pytest.raises(Failed) as caught:
        up({**CORE, **changed}, {})
    assert not caught.value.recorded.of_type("foxden:index:CoreCluster")
    return [line.removeprefix("cluster 'dev': ") for line in str(caught.value).splitlines()]


# The control plane


def test_its_api_is_inside_the_network_alone_unless_somebody_is_let_in() -> None:
    access = whole().one(CLUSTER).inputs["vpcConfig"]
    assert (access["endpointPrivateAccess"], access["endpointPublicAccess"]) == (True, False)
    assert len(access["subnetIds"]) == 3
    opened = up({**CORE, "public_from": ["198.51.100.0/24"]}, {}).one(CLUSTER).inputs["vpcConfig"]
    assert (opened["endpointPublicAccess"], opened["publicAccessCidrs"]) == (True, ["198.51.100.0/24"])
    assert opened["endpointPrivateAccess"] is True


def test_secrets_are_encrypted_and_everything_is_logged_for_a_set_time() -> None:
    cluster = whole().one(CLUSTER).inputs
    assert cluster["encryptionConfig"]["resources"] == ["secrets"]
    assert cluster["encryptionConfig"]["provider"]["keyArn"] == "arn:aws:kms:eu-central-1:123456789012:key/dev"
    assert "audit" in cluster["enabledClusterLogTypes"] and len(cluster["enabledClusterLogTypes"]) == 5
    log = up({**CORE, "log_days": 30}, {}).one("aws:cloudwatch/logGroup:LogGroup", "dev-control-plane")
    assert (log.inputs["name"], log.inputs["retentionInDays"]) == ("/aws/eks/foxden-dev/cluster", 30)
    done = whole()
    assert done.one("aws:cloudwatch/logGroup:LogGroup", "dev-control-plane").urn in done.one(CLUSTER).depends_on


def test_nobody_is_in_it_by_having_made_it() -> None:
    done = whole()
    assert done.one(CLUSTER).inputs["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }
    assert done.one("aws:eks/accessEntry:AccessEntry", "dev-ci").inputs["principalArn"] == CI
    policy = done.one("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "dev-ci").inputs
    assert policy["policyArn"] == "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


def test_add_ons_are_pinned_and_those_that_nodes_need_come_before_nodes() -> None:
    done = whole()
    versions = {each.inputs["addonName"]: each.inputs["addonVersion"] for each in done.of_type(ADDON).values()}
    assert versions == {name: addon.version for name, addon in ADDONS.items()}
    settings = json.loads(done.one(ADDON, "dev-vpc-cni").inputs["configurationValues"])
    # "strict" would close CoreDNS, which nobody can give a policy before it is well.
    assert settings == {"enableNetworkPolicy": "true", "env": {"NETWORK_POLICY_ENFORCING_MODE": "standard"}}
    first = {each.urn for each in done.of_type(ADDON).values() if ADDONS[each.inputs["addonName"]].first}
    assert len(first) == 3
    for group in done.of_type(GROUP).values():
        waited = {each for each in group.depends_on if "::Addon" in each or "eks/addon" in each}
        assert waited == first


def test_pods_of_add_ons_have_rights_of_their_own_and_nodes_have_not_got_them() -> None:
    done = whole()
    (identity,) = done.one(ADDON, "dev-aws-ebs-csi-driver").inputs["podIdentityAssociations"]
    assert identity["serviceAccount"] == "ebs-csi-controller-sa"
    role = done.one("aws:iam/role:Role", "dev-addon-aws-ebs-csi-driver").inputs
    assert "pods.eks.amazonaws.com" in role["assumeRolePolicy"]
    attached = done.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    arns = {
        each.inputs["policyArn"].rpartition("/")[2] for name, each in attached.items() if name.startswith("general")
    }
    assert arns == {"AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy"}


def test_pods_are_given_rights_by_their_service_account() -> None:
    mine = {"namespace": "kube-system", "service_account": "external-dns", "policy": '{"a": 1}'}
    done = up({**CORE, "pod_identities": {"external-dns": mine}}, {})
    made = done.one(ASSOCIATION).inputs
    assert (made["namespace"], made["serviceAccount"]) == ("kube-system", "external-dns")
    assert done.one("aws:iam/rolePolicy:RolePolicy", "dev-external-dns").inputs["policy"] == '{"a": 1}'
    (trust,) = json.loads(done.one("aws:iam/role:Role", "dev-external-dns").inputs["assumeRolePolicy"])["Statement"]
    assert trust["Condition"]["StringEquals"] == {
        "aws:RequestTag/eks-cluster-arn": "arn:aws:eks:eu-central-1:123456789012:cluster/foxden-dev",
        "aws:RequestTag/kubernetes-namespace": "kube-system",
        "aws:RequestTag/kubernetes-service-account": "external-dns",
    }


def test_amazon_acts_for_this_cluster_alone() -> None:
    (trust,) = json.loads(whole().one("aws:iam/role:Role", "dev-control-plane").inputs["assumeRolePolicy"])["Statement"]
    own = "arn:aws:eks:eu-central-1:123456789012:cluster/foxden-dev"
    assert trust["Condition"] == {"ArnLike": {"aws:SourceArn": own}}


# Versions


def test_the_version_is_pinned_and_kept() -> None:
    done = whole()
    assert done.one(CLUSTER).inputs["version"] == "1.34"
    kept = done.one("aws:ssm/parameter:Parameter", "dev-version").inputs
    assert (kept["name"], kept["insecureValue"]) == ("/foxden/dev/versions/control-plane", "1.34")


@pytest.mark.parametrize(("running", "allowed"), [("1.32", "1.32 or 1.33"), ("1.35", "1.35 or 1.36")])
def test_one_minor_at_a_time(running: str, allowed: str) -> None:
    with pytest.raises(Failed) as caught:
        up(pools={}, running=running, preview=True)
    assert str(caught.value).startswith(f"cluster 'dev': version must be of {allowed}, for {running} runs")
    assert not caught.value.recorded.of_type(CLUSTER)
    assert up(pools={}, running="1.33").one(CLUSTER)


# Pools


def test_a_pool_is_a_node_group_of_a_pinned_release() -> None:
    done = whole()
    general, batch = (done.one(GROUP, name).inputs for name in ("general", "batch"))
    assert (general["releaseVersion"], general["version"], general["amiType"]) == (
        RELEASE,
        "1.34",
        "AL2023_x86_64_STANDARD",
    )
    assert (general["capacityType"], batch["capacityType"]) == ("ON_DEMAND", "SPOT")
    assert general["scalingConfig"] == {"minSize": 2, "maxSize": 6, "desiredSize": 2}
    assert general["launchTemplate"]["version"] == "7"
    assert general["labels"]["foxden/pool"] == "general" and "taints" not in general
    assert batch["taints"] == [{"key": "foxden/dedicated", "value": "batch", "effect": "NO_SCHEDULE"}]


def test_its_machines_are_as_safe_as_others() -> None:
    template = whole().one(TEMPLATE, "general").inputs
    assert template["metadataOptions"]["httpTokens"] == "required"
    assert template["metadataOptions"]["httpPutResponseHopLimit"] == 1
    assert template["blockDeviceMappings"][0]["ebs"]["encrypted"] == "true"
    assert "userData" not in template and "imageId" not in template
    assert {each["resourceType"] for each in template["tagSpecifications"]} == {"instance", "volume"}


def test_its_machines_tell_no_tags_for_amazons_own_could_not_be_told() -> None:
    """EC2 starts none with both: tags of EKS have keys with a '/', which its metadata take none of."""
    for name in ("general", "batch"):
        assert whole().one(TEMPLATE, name).inputs["metadataOptions"]["instanceMetadataTags"] == "disabled"


def test_balancers_find_it() -> None:
    attached = whole().one("aws:autoscaling/attachment:Attachment").inputs
    assert attached == {"autoscalingGroupName": "eks-general-0", "lbTargetGroupArn": "arn:target"}


def test_another_processor_is_another_image() -> None:
    done = up(
        pools={"general": {**POOLS["general"], "software": {"processor": "arm64"}, "instance_types": ["m7g.large"]}}
    )
    assert done.one(GROUP).inputs["amiType"] == "AL2023_ARM_64_STANDARD"


# Who may talk to whom


def test_who_may_talk_to_whom() -> None:
    ways = {
        (
            rule["referencedSecurityGroupId"].rpartition("-")[2],
            rule["securityGroupId"].rpartition("-")[2],
            f"{rule['ipProtocol']} {rule['fromPort']:.0f}-{rule['toPort']:.0f}",
        )
        for rule in (each.inputs for each in whole().of_type(INGRESS).values())
        if "referencedSecurityGroupId" in rule
    }
    assert ways == {
        ("workers", "servers", "tcp 443-443"),
        ("servers", "workers", "tcp 443-443"),
        ("servers", "workers", "tcp 4443-4443"),
        ("servers", "workers", "tcp 10260-10260"),
        ("servers", "workers", "tcp 10250-10250"),
        ("workers", "workers", "tcp 1-65535"),
        ("workers", "workers", "udp 1-65535"),
    }


# The connection


def test_whoever_deploys_is_themselves() -> None:
    def connect(made: Any) -> None:
        pulumi.export("connection", made.connection("qa", "qa.example.com"))

    found = up(pools={}, more=connect).exports["connection"]
    assert (found["address"], found["ca"]) == (f"https://{HOST}", "PEM")
    assert not {"token", "token_reference"} & found.keys()
    config = json.loads(found["options"]["kubeconfig"])
    (user,) = config["users"]
    assert user["user"]["exec"]["args"][-1] == "foxden-dev"
    assert config["clusters"][0]["cluster"]["server"] == f"https://{HOST}"


def test_at_the_end_of_a_tunnel_the_certificate_is_still_its_own() -> None:
    def connect(made: Any) -> None:
        pulumi.export("connection", made.connection("qa", "qa.example.com"))

    address = "https://127.0.0.1:16443"
    found = up({**CORE, "address": address}, {}, more=connect).exports["connection"]
    cluster = json.loads(found["options"]["kubeconfig"])["clusters"][0]["cluster"]
    assert (found["address"], cluster["server"], cluster["tls-server-name"]) == (address, address, HOST)


# What is refused


@pytest.mark.parametrize("field", sorted(CoreClusterArgs.__annotations__.keys() - MANAGED_FIELDS))
def test_what_is_for_own_servers_is_refused_by_name(field: str) -> None:
    assert refused(**{field: 3}) == [f"{field} must not be given where the cloud runs the servers (managed)"]


@pytest.mark.parametrize("field", sorted(WorkerPoolArgs.__annotations__.keys() - POOL_FIELDS_OF_MANAGED))
def test_what_is_for_own_machines_is_refused_by_name(field: str) -> None:
    with pytest.raises(Failed) as caught:
        up(pools={"general": {**POOLS["general"], field: 3}})
    assert str(caught.value) == f"pool 'general': {field} must not be given where the cloud runs the servers"


@pytest.mark.parametrize(
    ("changed", "start"),
    [
        (
            {"version": "1.35"},
            "addons must have aws-ebs-csi-driver, coredns, eks-pod-identity-agent, kube-proxy, vpc-cni",
        ),
        ({"version": "1.34.2"}, "version must be like '1.34', got '1.34.2'"),
        ({"addons": {"vpc-cn": "v1"}}, "addons.vpc-cn is none of "),
        ({"scheduler": "nomad"}, "managed is possible with scheduler kubernetes there, got 'nomad'"),
        ({"log_days": 8}, "log_days must be one of 1, 3, 5, 7, 14, 30"),
        ({"pod_identities": {"x": {"namespace": "a"}}}, "pod_identities.x.service_account must be given"),
        ({"administrators": {"C I": CI}}, "administrators.C I must be"),
    ],
)
def test_bad_args(changed: Any, start: str) -> None:
    assert refused(**changed)[0].startswith(start)


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"image": "ami-0123456789abcdef0"}, "image must be a release of Amazon's image, like '1.34.1-20250920', got"),
        ({"image": "1.33.1-20250920"}, "image must be a release for 1.34, which the cluster is, got '1.33.1-20250920'"),
        ({"on_demand": {"percent": 50}}, "on_demand must have no base and a percent of 0 or 100 where the cloud runs"),
        ({"refresh": {"alarms": ["a"]}}, "refresh.alarms must not be given where the cloud runs the servers"),
        ({"software": {"mirror": "https://m"}}, "software.mirror is not a known field"),
    ],
)
def test_bad_args_of_a_pool(changed: Any, line: str) -> None:
    with pytest.raises(Failed) as caught:
        up(pools={"general": {**POOLS["general"], **changed}})
    assert str(caught.value).startswith(f"pool 'general': {line}")


def test_everything_is_tagged_and_names_are_the_same_every_time() -> None:
    again = up(pools={name: POOLS[name] for name in reversed(list(POOLS))})
    assert {each.urn: each.inputs for each in again.resources} == {each.urn: each.inputs for each in whole().resources}
    for each in whole().resources:
        if each.type.startswith("aws:eks/") and "Policy" not in each.type:
            assert TAGS.items() <= each.inputs["tags"].items(), each.urn
