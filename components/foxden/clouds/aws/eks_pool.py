"""A pool of a cluster of EKS: a node group of Amazon's own, which drains a node before it goes."""

import json
import re
from typing import Any

import pulumi

from foxden.boot.node import Flow, Role
from foxden.clouds.aws.access import assumed_by, session_policy
from foxden.clouds.aws.firewall import Way
from foxden.clouds.aws.images import disk_problems, tag_problems, type_problems
from foxden.clouds.aws.pool import called
from foxden.clouds.aws.scope import Scope
from foxden.clouds.aws.template import launch_settings
from foxden.clouds.base import BuiltPool
from foxden.clouds.managed import ManagedPoolPlan
from foxden.errors import Problem
from foxden.schedulers.kubernetes.placement import DEDICATED, node_labels
from foxden.service.reader import shown

IMAGES = {"amd64": "AL2023_x86_64_STANDARD", "arm64": "AL2023_ARM_64_STANDARD"}
"""Processor to what Amazon calls its image."""

POLICIES = ("AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy")
"""What every node takes; what its pods do at Amazon is not the node's right but their own."""

DEVICE = "/dev/xvda"
"""What Amazon's image calls its root device."""

_RELEASE = re.compile(r"(\d+\.\d+)\.\d+-\d{8}\Z", re.ASCII)
_PODS = ((1, 65535), "pods have addresses of the network, and what may talk to what their policies say")

FLOWS = (
    Flow(Role.WORKER, Role.SERVER, "tcp", (443, 443), "the API"),
    Flow(Role.SERVER, Role.WORKER, "tcp", (443, 443), "admission webhooks"),
    Flow(Role.SERVER, Role.WORKER, "tcp", (4443, 4443), "APIs that are served on workers"),
    Flow(Role.SERVER, Role.WORKER, "tcp", (10260, 10260), "the webhook of cert-manager"),
    Flow(Role.SERVER, Role.WORKER, "tcp", (10250, 10250), "the API of kubelets, and APIs and webhooks of pods"),
    *(Flow(Role.WORKER, Role.WORKER, protocol, *_PODS) for protocol in ("tcp", "udp")),
)
"""Who talks to whom; a server is an interface of the control plane's in this network."""

WAYS_OUT = (Way(Role.WORKER, "-1", None, "services call what they need"),)


def pool_problems(plan: ManagedPoolPlan) -> list[Problem]:
    """What a node group can't be."""
    release = _RELEASE.match(plan.image)
    found = []
    if plan.image and not release:
        found.append(
            f"image must be a release of Amazon's image, like '{plan.version}.1-20250920', got {shown(plan.image)}: "
            "with a managed control plane nodes are made of that"
        )
    elif release and release[1] != plan.version:
        found.append(f"image must be a release for {plan.version}, which the cluster is, got {shown(plan.image)}")
    found += type_problems(plan.types) + disk_problems(plan.disk)
    return [Problem(plan.subject, problem) for problem in found] + tag_problems(plan.subject, plan.tags)


def create_pool(plan: ManagedPoolPlan, opts: pulumi.ResourceOptions) -> BuiltPool:
    """Identity, launch template, node group, and its place behind balancers."""
    import pulumi_aws as aws

    scope = Scope(plan.name, called(plan.cluster, plan.name), plan.tags, opts)
    role, rights = _identity(scope, plan)
    template = _template(scope, plan)
    group = aws.eks.NodeGroup(
        scope.name,
        cluster_name=plan.control_plane,
        node_group_name=scope.called(),
        node_role_arn=role.arn,
        subnet_ids=[zone.private for zone in plan.site.zones.values()],
        ami_type=IMAGES[plan.processor],
        version=plan.version,
        release_version=plan.image,
        capacity_type="SPOT" if plan.spot else "ON_DEMAND",
        instance_types=list(plan.types),
        launch_template={"id": template.id, "version": template.latest_version.apply(str)},
        scaling_config={"min_size": plan.min, "max_size": plan.max, "desired_size": plan.desired},
        update_config={"max_unavailable_percentage": plan.surplus},
        node_repair_config={"enabled": True},
        labels=node_labels(plan.name, plan.node.node_class, plan.node.meta),
        taints=[{"key": DEDICATED, "value": plan.name, "effect": "NO_SCHEDULE"}] if plan.node.dedicated else None,
        tags=scope.tagged(),
        # Whoever scales it later is not fought.
        opts=scope.options(depends_on=rights, ignore_changes=["scalingConfig.desiredSize"]),
    )
    name = group.resources.apply(_group_of)
    for target, arn in sorted(plan.target_groups.items()):
        aws.autoscaling.Attachment(
            scope.logical(target), autoscaling_group_name=name, lb_target_group_arn=arn, opts=scope.opts
        )
    return BuiltPool(group=name, role=role.name, template=template.id, template_version=template.latest_version)


def _group_of(resources: Any) -> str:
    return str(resources[0].autoscaling_groups[0].name)


def _identity(scope: Scope, plan: ManagedPoolPlan) -> tuple[Any, list[pulumi.Resource]]:
    import pulumi_aws as aws

    role = aws.iam.Role(
        scope.name,
        name=f"{scope.called()}-{plan.site.region}",
        assume_role_policy=json.dumps(assumed_by("ec2.amazonaws.com"), sort_keys=True),
        tags=scope.tagged(),
        opts=scope.opts,
    )
    partition = role.arn.apply(lambda arn: arn.split(":", 2)[1])
    own = {each: pulumi.Output.concat("arn:", partition, ":iam::aws:policy/", each) for each in POLICIES}
    documents = {"node": json.dumps(session_policy(), sort_keys=True), **plan.policies}
    rights: list[pulumi.Resource] = [
        aws.iam.RolePolicy(scope.logical(name), name=name, role=role.name, policy=document, opts=scope.opts)
        for name, document in sorted(documents.items())
    ]
    rights += [
        aws.iam.RolePolicyAttachment(scope.logical(name), role=role.name, policy_arn=arn, opts=scope.opts)
        for name, arn in sorted({**own, **plan.policy_arns}.items())
    ]
    return role, rights


def _template(scope: Scope, plan: ManagedPoolPlan) -> Any:
    """Without image and user-data, which are Amazon's own."""
    import pulumi_aws as aws

    tags = {**scope.tagged(), "foxden:cluster": plan.cluster, "foxden:role": "worker", "foxden:pool": plan.name}
    return aws.ec2.LaunchTemplate(
        scope.name,
        name=scope.called(),
        description=f"foxden {plan.cluster} {plan.name}",
        vpc_security_group_ids=[plan.security_group],
        tag_specifications=[{"resource_type": kind, "tags": tags} for kind in ("instance", "volume")],
        tags=scope.tagged(),
        opts=scope.opts,
        # Amazon's own tags for the cluster autoscaler have keys with a '/'.
        **launch_settings(plan.disk, DEVICE, tells_tags=False),
    )
