"""Control planes that Amazon runs (EKS), what is added to them, and their nodes."""

import re
from collections.abc import Iterator

from policies.model import Resource, Severity, Stack
from policies.node import Node
from policies.reading import CONTROL_PLANE, NODE_GROUP, whole_world
from policies.rule import Domain

rules = Domain("managed clusters")

ADDON, LOG = "aws:eks/addon:Addon", "aws:cloudwatch/logGroup:LogGroup"
ENTRY = "aws:eks/accessEntry:AccessEntry"
ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
ADMIN_POLICIES = ("AmazonEKSAdminPolicy", "AmazonEKSClusterAdminPolicy")
MOVING = ("$Latest", "$Default")
TRUE, FALSE = (True, "true"), (False, "false")
_MINOR = re.compile(r"1\.(\d{1,3})\Z", re.ASCII)


def _minor(version: Node) -> int | None:
    """The minor version, None where that is no version."""
    found = _MINOR.match(version.text)
    return int(found[1]) if found else None


def _public(cluster: Resource) -> bool:
    """Whether its API surely is reached from outside; it is, when nothing is said."""
    return cluster.inputs["vpcConfig.endpointPublicAccess"].is_not(*FALSE)


@rules.rule(
    "control-plane-inside",
    CONTROL_PLANE,
    severity=Severity.HIGH,
    what="The API of a managed control plane is reached inside the network alone",
    why="A stolen login, or one weakness of the API, is enough from anywhere",
    fix="leave public_from of the CoreCluster out: `make connect` leads there",
    references=("FSBP EKS.1", "checkov CKV_AWS_39", "pulumi aws-eks-cluster-disallow-api-endpoint-public-access"),
)
def _inside(cluster: Resource, _config: Node) -> Iterator[str]:
    if _public(cluster):
        yield "has an API that is reached from outside"


@rules.rule(
    "control-plane-for-some",
    CONTROL_PLANE,
    severity=Severity.CRITICAL,
    what="Where the API of a managed control plane is reached from outside, it is from addresses that are named",
    why="The whole world may try",
    fix="name the addresses in public_from of the CoreCluster",
    references=("checkov CKV_AWS_38",),
)
def _for_some(cluster: Resource, _config: Node) -> Iterator[str]:
    named = cluster.inputs["vpcConfig.publicAccessCidrs"]
    if _public(cluster) and (named.absent or any(map(whole_world, named.texts()))):
        yield "has an API that the whole world reaches"


@rules.rule(
    "nodes-reach-api-inside",
    CONTROL_PLANE,
    severity=Severity.MEDIUM,
    what="Nodes reach a managed control plane without leaving the network",
    why="They are gone from the cluster with the way out, and what they say goes through the internet",
    fix="set vpcConfig.endpointPrivateAccess",
)
def _reached(cluster: Resource, _config: Node) -> Iterator[str]:
    if cluster.inputs["vpcConfig.endpointPrivateAccess"].is_not(*TRUE):
        yield "has no API inside the network"


@rules.rule(
    "cluster-secrets-encrypted",
    CONTROL_PLANE,
    severity=Severity.HIGH,
    what="A managed cluster's Secrets are encrypted with a key of the account's own",
    why="Whoever gets a copy of its storage reads them",
    fix="set encryptionConfig with a key, for secrets",
    references=("FSBP EKS.3", "checkov CKV_AWS_58", "pulumi aws-eks-cluster-enable-cluster-encryption-config"),
)
def _encrypted(cluster: Resource, _config: Node) -> Iterator[str]:
    found = cluster.inputs["encryptionConfig"]
    if found["provider.keyArn"].absent or (
        not found["resources"].holds_opaque and "secrets" not in found["resources"].texts()
    ):
        yield "keeps Secrets under no key of the account's own"


@rules.rule(
    "control-plane-logged",
    CONTROL_PLANE,
    severity=Severity.MEDIUM,
    what="A managed control plane logs who did what, and what it decided",
    why="Nobody can say afterwards who read a secret, or why a pod is nowhere",
    fix="list all kinds in enabledClusterLogTypes",
    references=("FSBP EKS.8", "checkov CKV_AWS_37"),
    config={"kinds": ["api", "audit", "authenticator", "controllerManager", "scheduler"]},
)
def _logged(cluster: Resource, config: Node) -> Iterator[str]:
    found = cluster.inputs["enabledClusterLogTypes"]
    missing = [kind for kind in config["kinds"].texts() if kind not in found.texts()]
    if missing and not found.holds_opaque:
        yield f"does not log {', '.join(missing)}"


@rules.whole(
    "control-plane-log-kept",
    severity=Severity.MEDIUM,
    what="The log of a managed control plane is made here, and so is encrypted and ends",
    why="Amazon makes it otherwise, and keeps everything for ever",
    fix="make the log group /aws/eks/<cluster>/cluster",
)
def _log_kept(stack: Stack, _config: Node) -> Iterator[tuple[Resource, str]]:
    logs = [each.inputs["name"] for each in stack.of(LOG)]
    for cluster in stack.of(CONTROL_PLANE):
        name = cluster.inputs["name"]
        wanted = f"/aws/eks/{name.text}/cluster"
        if name.text and not any(each.opaque or each.is_(wanted) for each in logs):
            yield cluster, f"has no log group {wanted}"


@rules.rule(
    "cluster-version-supported",
    CONTROL_PLANE,
    NODE_GROUP,
    severity=Severity.HIGH,
    what="A managed cluster and its nodes are of one version that was chosen, and that is still mended",
    why="Amazon moves what is too old at a time of its own, and until then its weaknesses stay",
    fix="move version up, one minor at a time (docs/eks.md)",
    references=("FSBP EKS.2", "checkov CKV_AWS_339"),
    config={"oldest": "1.33"},
)
def _version(resource: Resource, config: Node) -> Iterator[str]:
    version, oldest = resource.inputs["version"], config["oldest"]
    found, least = _minor(version), _minor(oldest)
    if version.opaque:
        return
    if found is None:
        yield f"is of the version {version.text}, which is none" if version.text else "is of no version that was chosen"
    elif least is not None and found < least:
        yield f"is of {version.text}, and {oldest.text} is the oldest that is mended"


@rules.rule(
    "nobody-in-by-making-it",
    CONTROL_PLANE,
    severity=Severity.HIGH,
    what="Whoever made a managed cluster has no rights in it by that",
    why="They stay its administrator for ever, and no list says so",
    fix="set accessConfig.bootstrapClusterCreatorAdminPermissions to false, and list administrators",
)
def _creator(cluster: Resource, _config: Node) -> Iterator[str]:
    if cluster.inputs["accessConfig.bootstrapClusterCreatorAdminPermissions"].is_not(*FALSE):
        yield "gives all rights to whoever made it"


@rules.rule(
    "access-by-entries",
    CONTROL_PLANE,
    severity=Severity.HIGH,
    what="Rights in a managed cluster are access entries, which only the account gives",
    why="Who may write one ConfigMap makes themselves administrator otherwise",
    fix="set accessConfig.authenticationMode to API",
)
def _entries(cluster: Resource, _config: Node) -> Iterator[str]:
    mode = cluster.inputs["accessConfig.authenticationMode"]
    if mode.is_not("API"):
        yield f"takes logins by {mode.text or 'CONFIG_MAP'}"


@rules.whole(
    "no-wide-administrators",
    severity=Severity.CRITICAL,
    what="Who may do everything in a managed cluster is a role that was named",
    why="A whole account, or somebody's keys that never change, can delete it and read every secret",
    fix="name a role in administrators of the CoreCluster",
    config={"wide": [":root", ":user/", "*"]},
)
def _wide(stack: Stack, config: Node) -> Iterator[tuple[Resource, str]]:
    for resource in stack.of(ASSOCIATION, ENTRY):
        policy, who = resource.inputs["policyArn"].text, resource.inputs["principalArn"].text
        masters = "system:masters" in resource.inputs["kubernetesGroups"].texts()
        everything = masters or policy.rpartition("/")[2] in ADMIN_POLICIES
        if everything and any(part in who for part in config["wide"].texts()):
            yield resource, f"lets {who} do everything"


@rules.rule(
    "control-plane-protected",
    CONTROL_PLANE,
    severity=Severity.CRITICAL,
    what="A managed control plane can't be deleted by mistake, whoever asks for it",
    why="All objects in it are gone, and there is no copy",
    fix="leave foxden:protect as it is",
)
def _protected(cluster: Resource, _config: Node) -> Iterator[str]:
    if cluster.inputs["deletionProtection"].is_not(*TRUE):
        yield "can be deleted by one call"


@rules.rule(
    "addon-pinned",
    ADDON,
    severity=Severity.HIGH,
    what="An add-on is of one version that was chosen",
    why="It is another one in the next cluster, and nobody tried it",
    fix="set addonVersion",
)
def _addon(addon: Resource, _config: Node) -> Iterator[str]:
    if addon.inputs["addonVersion"].absent:
        yield f"is {addon.inputs['addonName'].text or 'an add-on'} of whichever version is the default"


@rules.rule(
    "policies-enforced",
    ADDON,
    severity=Severity.HIGH,
    what="The network of a managed cluster enforces network policies",
    why="They are there, and every pod reaches every other",
    fix="set enableNetworkPolicy to true in configurationValues of vpc-cni",
)
def _enforced(addon: Resource, _config: Node) -> Iterator[str]:
    wanted = addon.inputs["configurationValues"].json()["enableNetworkPolicy"]
    if addon.inputs["addonName"].is_("vpc-cni") and wanted.is_not(*TRUE):
        yield "enforces no network policy"


@rules.rule(
    "nodes-from-template",
    NODE_GROUP,
    severity=Severity.HIGH,
    what="The nodes of a managed cluster are made of one version of a launch template of this environment's",
    why="How their metadata and disks are kept is Amazon's default otherwise, which pods can read and nothing judges",
    fix="give it a launchTemplate with the latestVersion as a number",
    references=("FSBP AutoScaling.9",),
)
def _template(group: Resource, _config: Node) -> Iterator[str]:
    template = group.inputs["launchTemplate"]
    if template.absent:
        yield "has no launch template"
    elif template["version"].absent or template["version"].is_(*MOVING):
        yield f"runs whichever version is {template['version'].text or '$Default'}"


@rules.rule(
    "node-release-pinned",
    NODE_GROUP,
    severity=Severity.HIGH,
    what="The nodes of a managed cluster are of one release of their image",
    why="A node that is started tonight is another than the one of this morning, and nobody chose that",
    fix="set image of the pool to a release, like 1.34.1-20250920",
)
def _release(group: Resource, _config: Node) -> Iterator[str]:
    if group.inputs["releaseVersion"].absent and group.inputs["amiType"].is_not("CUSTOM"):
        yield "is of whichever release is the latest"


@rules.rule(
    "nodes-roll-in-parts",
    NODE_GROUP,
    severity=Severity.HIGH,
    what="A change of nodes rolls through a managed cluster, and enough of them stay",
    why="All pods have to find a place at once, and there is none",
    fix="lower refresh.surplus of the pool",
    config={"percent": 34},
)
def _parts(group: Resource, config: Node) -> Iterator[str]:
    share = group.inputs["updateConfig.maxUnavailablePercentage"]
    if share.above(config["percent"].number or 0):
        yield f"replaces {share.number:.0f} % at once"


@rules.rule(
    "nodes-mended",
    NODE_GROUP,
    severity=Severity.LOW,
    what="A node that is ill for long is replaced",
    why="It takes pods, and none of them gets well",
    fix="set nodeRepairConfig.enabled",
)
def _mended(group: Resource, _config: Node) -> Iterator[str]:
    if group.inputs["nodeRepairConfig.enabled"].is_not(*TRUE):
        yield "keeps its ill nodes"
