"""Of rules on clusters whose control plane Amazon runs."""

from policies.model import Resource
from policies.reading import CONTROL_PLANE, NODE_GROUP
from policies.rules.managed import ADDON, ASSOCIATION, ENTRY, LOG
from tests.policies.examples import good
from tests.policies.examples.making import GONE, Example, one, resource

_ACCESS = "vpcConfig.endpointPublicAccess"
_SOME = {_ACCESS: True, "vpcConfig.publicAccessCidrs": ["198.51.100.0/24"]}
_ADMINISTRATOR = {
    "principalArn": "arn:aws:iam::123456789012:role/ci",
    "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
}
_ROOT = "arn:aws:iam::123456789012:root"


def _logged(name: str) -> tuple[Resource, ...]:
    return (resource(CONTROL_PLANE, good.CONTROL_PLANE), resource(LOG, {"name": f"/aws/eks/{name}/cluster"}))


EXAMPLES = {
    "control-plane-inside": one(CONTROL_PLANE, good.CONTROL_PLANE, _SOME, {_ACCESS: GONE}),
    "control-plane-for-some": one(
        CONTROL_PLANE,
        good.CONTROL_PLANE,
        {_ACCESS: True},
        {_ACCESS: True, "vpcConfig.publicAccessCidrs": ["198.51.100.0/24", "0.0.0.0/0"]},
        {"vpcConfig": GONE},
        also_good=(_SOME,),
    ),
    "nodes-reach-api-inside": one(CONTROL_PLANE, good.CONTROL_PLANE, {"vpcConfig.endpointPrivateAccess": False}),
    "cluster-secrets-encrypted": one(
        CONTROL_PLANE,
        good.CONTROL_PLANE,
        {"encryptionConfig": GONE},
        {"encryptionConfig.provider": GONE},
        {"encryptionConfig.resources": ["configmaps"]},
    ),
    "control-plane-logged": one(
        CONTROL_PLANE,
        good.CONTROL_PLANE,
        {"enabledClusterLogTypes": GONE},
        {"enabledClusterLogTypes": ["api", "authenticator", "controllerManager", "scheduler"]},
    ),
    "control-plane-log-kept": Example((_logged("foxden-dev"),), (_logged("foxden-qa"),)),
    "cluster-version-supported": one(
        CONTROL_PLANE,
        good.CONTROL_PLANE,
        {"version": GONE},
        {"version": "1.27"},
        {"version": "latest"},
        also_good=({"version": "1.40"},),
    )
    + one(NODE_GROUP, good.NODE_GROUP, {"version": GONE}, {"version": "1.9"}),
    "nobody-in-by-making-it": one(
        CONTROL_PLANE,
        good.CONTROL_PLANE,
        {"accessConfig": GONE},
        {"accessConfig.bootstrapClusterCreatorAdminPermissions": True},
    ),
    "access-by-entries": one(
        CONTROL_PLANE,
        good.CONTROL_PLANE,
        {"accessConfig.authenticationMode": "API_AND_CONFIG_MAP"},
        {"accessConfig": GONE},
    ),
    "no-wide-administrators": one(
        ASSOCIATION,
        _ADMINISTRATOR,
        {"principalArn": _ROOT},
        {"principalArn": "arn:aws:iam::123456789012:user/ana"},
        also_good=(
            {
                "principalArn": _ROOT,
                "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
            },
        ),
    )
    + one(
        ENTRY, {"principalArn": _ROOT, "kubernetesGroups": ["readers"]}, {"kubernetesGroups": ["x", "system:masters"]}
    ),
    "control-plane-protected": one(
        CONTROL_PLANE, good.CONTROL_PLANE, {"deletionProtection": GONE}, {"deletionProtection": False}
    ),
    "addon-pinned": one(ADDON, {"addonName": "coredns", "addonVersion": "v1.12.3-eksbuild.1"}, {"addonVersion": GONE}),
    "policies-enforced": one(
        ADDON,
        {"addonName": "vpc-cni", "configurationValues": '{"enableNetworkPolicy": "true"}'},
        {"configurationValues": GONE},
        {"configurationValues": '{"enableNetworkPolicy": "false"}'},
        also_good=({"addonName": "coredns", "configurationValues": GONE},),
    ),
    "nodes-from-template": one(
        NODE_GROUP,
        good.NODE_GROUP,
        {"launchTemplate": GONE},
        {"launchTemplate.version": "$Latest"},
        {"launchTemplate.version": GONE},
    ),
    "node-release-pinned": one(
        NODE_GROUP,
        good.NODE_GROUP,
        {"releaseVersion": GONE},
        also_good=({"releaseVersion": GONE, "amiType": "CUSTOM"},),
    ),
    "nodes-roll-in-parts": one(
        NODE_GROUP,
        good.NODE_GROUP,
        {"updateConfig.maxUnavailablePercentage": 100},
        also_good=({"updateConfig": GONE},),
    ),
    "nodes-mended": one(NODE_GROUP, good.NODE_GROUP, {"nodeRepairConfig": GONE}, {"nodeRepairConfig.enabled": False}),
}
