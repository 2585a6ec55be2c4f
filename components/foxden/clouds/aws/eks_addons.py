"""What runs in every cluster of EKS beside services, in pinned versions, and the identities of pods there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

import pulumi

from foxden.clouds.aws.scope import Scope
from foxden.clouds.managed import ManagedPlan, PodIdentity
from foxden.clouds.versions import minor_of
from foxden.service.reader import did_you_mean

VERSION = "1.34"
"""The minor version that the add-ons below are for."""


@dataclass(frozen=True)
class Addon:
    """An add-on of Amazon's."""

    version: str
    settings: Optional[Mapping[str, Any]] = None
    service_account: str = ""
    """Whose pods have the rights of ``policy``, in kube-system."""
    policy: str = ""
    """The policy of Amazon's own that they take."""
    role: str = ""
    """What their role is called after ``addon-``: few characters, for a role's name has 64 at most."""
    first: bool = False
    """Whether nodes can't come to work without it."""


ADDONS: Mapping[str, Addon] = {
    "aws-ebs-csi-driver": Addon(
        "v1.49.0-eksbuild.1",
        service_account="ebs-csi-controller-sa",
        policy="service-role/AmazonEBSCSIDriverPolicy",
        role="ebs-csi",
    ),
    "coredns": Addon("v1.12.3-eksbuild.1"),
    "eks-pod-identity-agent": Addon("v1.3.4-eksbuild.1", first=True),
    "kube-proxy": Addon("v1.34.0-eksbuild.2", first=True),
    "vpc-cni": Addon(
        "v1.20.1-eksbuild.3",
        # A new pod is open until its policies are known on its node. "strict" would close it from its first packet on,
        # and with it every pod that no policy names: CoreDNS and the drivers, which must be well before anybody can
        # give them one, and namespaces that are not ours.
        {"enableNetworkPolicy": "true", "env": {"NETWORK_POLICY_ENFORCING_MODE": "standard"}},
        "aws-node",
        "AmazonEKS_CNI_Policy",
        "vpc-cni",
        first=True,
    ),
}
"""Name to what it is. All of them are in every cluster."""

PROVIDES = ("cloud_controller", "coredns", "ebs_csi")
"""The cluster services that are among them, or that the control plane does itself."""


def addon_problems(version: str, chosen: Mapping[str, str]) -> list[str]:
    """What is wrong with the version of a cluster, and with those of its add-ons."""
    found = [
        f"addons.{name} is none of {', '.join(ADDONS)}{did_you_mean(name, ADDONS)}"
        for name in chosen
        if name not in ADDONS
    ]
    if minor_of(version) is None or version.count(".") != 1:
        return [f"version must be like '{VERSION}', got {version!r}", *found]
    missing = [name for name in ADDONS if name not in chosen]
    if version != VERSION and missing:
        found.append(f"addons must have {', '.join(missing)}: none is pinned for {version}, only for {VERSION}")
    return found


def create_addons(scope: Scope, plan: ManagedPlan, cluster: Any) -> list[pulumi.Resource]:
    """All of them. Gives those without which no node gets ready; the others wait for nodes."""
    import pulumi_aws as aws

    first: list[pulumi.Resource] = []
    for name, addon in ADDONS.items():
        identities: list[Any] = []
        needed: list[pulumi.Resource] = []
        if addon.policy:
            pods = ("kube-system", addon.service_account)
            role = _role(scope, f"addon-{name}", f"addon-{addon.role}", plan.site.region, cluster, pods)
            partition = role.arn.apply(lambda arn: arn.split(":", 2)[1])
            attached = aws.iam.RolePolicyAttachment(
                scope.logical(f"addon-{name}"),
                role=role.name,
                policy_arn=pulumi.Output.concat("arn:", partition, ":iam::aws:policy/", addon.policy),
                opts=scope.opts,
            )
            needed = [attached]
            identities = [{"role_arn": role.arn, "service_account": addon.service_account}]
        made = aws.eks.Addon(
            f"{scope.name}-{name}",
            cluster_name=cluster.name,
            addon_name=name,
            addon_version=plan.addons.get(name, addon.version),
            configuration_values=json.dumps(addon.settings, sort_keys=True) if addon.settings else None,
            pod_identity_associations=identities or None,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            tags=scope.tagged(name),
            opts=scope.options(depends_on=needed),
        )
        first += [made] if addon.first else []
    return first


def create_identity_of_pods(scope: Scope, name: str, identity: PodIdentity, cluster: Any, region: str) -> None:
    """A role of their own for the pods of one service account."""
    import pulumi_aws as aws

    pods = (identity.namespace, identity.service_account)
    role = _role(scope, name, name, region, cluster, pods)
    aws.iam.RolePolicy(scope.logical(name), name=name, role=role.name, policy=identity.policy, opts=scope.opts)
    aws.eks.PodIdentityAssociation(
        scope.logical(name),
        cluster_name=cluster.name,
        namespace=identity.namespace,
        service_account=identity.service_account,
        role_arn=role.arn,
        tags=scope.tagged(name),
        opts=scope.opts,
    )


def _role(scope: Scope, what: str, called: str, region: str, cluster: Any, pods: tuple[str, str]) -> Any:
    """A role that pods of one namespace and service account take, in that cluster alone."""
    import pulumi_aws as aws

    def trust(arn: str) -> str:
        told = ("eks-cluster-arn", "kubernetes-namespace", "kubernetes-service-account")
        asked = {f"aws:RequestTag/{name}": value for name, value in zip(told, (arn, *pods), strict=True)}
        allowed = {
            "Effect": "Allow",
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Condition": {"StringEquals": asked},
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [allowed]}, sort_keys=True)

    return aws.iam.Role(
        scope.logical(what),
        name=f"{scope.called(called)}-{region}",
        assume_role_policy=cluster.arn.apply(trust),
        tags=scope.tagged(what),
        opts=scope.opts,
    )
