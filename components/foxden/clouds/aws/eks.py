"""Kubernetes whose control plane Amazon runs: EKS, and what it needs around it."""

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Optional
from urllib.parse import urlsplit

import pulumi

from foxden.boot.node import Role
from foxden.clouds.aws import eks_addons, eks_pool
from foxden.clouds.aws.access import Place, assumed_by
from foxden.clouds.aws.eks_addons import create_addons, create_identity_of_pods
from foxden.clouds.aws.firewall import create_groups
from foxden.clouds.aws.images import tag_problems
from foxden.clouds.aws.keys import LOGS_KEY_DAYS, create_key, for_logs
from foxden.clouds.aws.scope import Scope
from foxden.clouds.aws.versions import checked, keep
from foxden.clouds.aws.waiting import after
from foxden.clouds.base import BuiltPool
from foxden.clouds.managed import BuiltManaged, ManagedPlan, ManagedPoolPlan
from foxden.errors import Problem
from foxden.schedulers.kubernetes.kubeconfig import kubeconfig_by_program

CONTROL_PLANE = "control-plane"
LOGGED = ("api", "audit", "authenticator", "controllerManager", "scheduler")
"""The logs of the control plane that there are."""

ADMIN = "AmazonEKSClusterAdminPolicy"
SERVICE_ADDRESSES = "172.20.0.0/16"
"""The addresses of services."""


class Eks:
    """See :class:`foxden.clouds.managed.Managed`."""

    VERSION = eks_addons.VERSION
    ADDRESSES = SERVICE_ADDRESSES

    def core_problems(self, plan: ManagedPlan) -> list[Problem]:
        """Version, zones, addresses, add-ons, tags."""
        found = eks_addons.addon_problems(plan.version, plan.addons)
        if len(plan.site.zones) < 2:
            found.append(f"network must have 2 zones at least, got {len(plan.site.zones)}")
        return [Problem(plan.subject, problem) for problem in found] + tag_problems(plan.subject, plan.tags)

    def pool_problems(self, plan: ManagedPoolPlan) -> list[Problem]:
        """The release of the image, instance types, disk, tags."""
        return eks_pool.pool_problems(plan)

    def connection_options(
        self, plan: ManagedPlan, built: BuiltManaged, address: Optional[pulumi.Input[str]]
    ) -> Mapping[str, pulumi.Input[str]]:
        """A kubeconfig that has the deployer's own identity at Amazon say who it is, for a few minutes each time."""
        program = ("aws", "eks", "get-token", "--region", plan.site.region, "--cluster-name", _called(plan))
        known: pulumi.Output[list[Any]] = pulumi.Output.all(built.endpoint, built.ca, address, built.ready)

        def config(values: list[Any]) -> str:
            host, ca, at, _ = values
            return kubeconfig_by_program(at or f"https://{host}", ca, program, host if at else None)

        return {"kubeconfig": known.apply(config), "provides": ",".join(eks_addons.PROVIDES)}

    def core(self, plan: ManagedPlan, opts: pulumi.ResourceOptions) -> BuiltManaged:
        """Key, log, security groups, identity, the control plane, who may do what there, add-ons."""
        scope = Scope(plan.name, f"foxden-{plan.name}", plan.tags, opts)
        key, alias = create_key(
            scope, "", f"Secrets of the cluster '{plan.name}'", plan.key_deletion_days, plan.protect
        )
        groups = create_groups(scope, plan.site.id, eks_pool.FLOWS, eks_pool.WAYS_OUT)
        version = checked(scope, plan.subject, plan.parameters, plan.version)
        role, rights = _identity(scope, plan, key.arn)
        cluster = _cluster(scope, plan, version, role, key, groups[Role.SERVER], [alias, *rights, _log(scope, plan)])
        entries = _administrators(scope, plan, cluster)
        addons = create_addons(scope, plan, cluster)
        for name, identity in sorted(plan.pod_identities.items()):
            create_identity_of_pods(scope, name, identity, cluster, plan.site.region)
        ready = after(cluster.name, [*entries, *addons])
        keep(scope, plan.parameters, version, cluster.id)
        return BuiltManaged(
            key=key.arn,
            servers_security_group=groups[Role.SERVER],
            workers_security_group=groups[Role.WORKER],
            endpoint=cluster.endpoint.apply(lambda url: urlsplit(url).netloc),
            ready=ready,
            ca=cluster.certificate_authority.apply(lambda known: b64decode(known.data).decode(errors="replace")),
        )

    def pool(self, plan: ManagedPoolPlan, opts: pulumi.ResourceOptions) -> BuiltPool:
        """A node group."""
        return eks_pool.create_pool(plan, opts)


def _called(plan: ManagedPlan) -> str:
    return f"foxden-{plan.name}"


def _identity(scope: Scope, plan: ManagedPlan, key: pulumi.Output[str]) -> tuple[Any, list[pulumi.Resource]]:
    import pulumi_aws as aws

    def trust(arn: str) -> str:
        source = Place.of(arn).arn("eks", f"cluster/{_called(plan)}")
        return json.dumps(assumed_by("eks.amazonaws.com", source=source), sort_keys=True)

    role = aws.iam.Role(
        scope.logical(CONTROL_PLANE),
        name=f"{scope.called(CONTROL_PLANE)}-{plan.site.region}",
        assume_role_policy=key.apply(trust),
        tags=scope.tagged(CONTROL_PLANE),
        opts=scope.opts,
    )
    partition = role.arn.apply(lambda arn: arn.split(":", 2)[1])
    attached = aws.iam.RolePolicyAttachment(
        scope.logical(CONTROL_PLANE),
        role=role.name,
        policy_arn=pulumi.Output.concat("arn:", partition, ":iam::aws:policy/AmazonEKSClusterPolicy"),
        opts=scope.opts,
    )
    return role, [attached]


def _log(scope: Scope, plan: ManagedPlan) -> pulumi.Resource:
    """The log that EKS writes to; it would make one itself that keeps everything for ever."""
    import pulumi_aws as aws

    name = f"/aws/eks/{_called(plan)}/cluster"
    key, _ = create_key(scope, "logs", f"Logs of the control plane of '{plan.name}'", LOGS_KEY_DAYS, protect=False)
    group: pulumi.Resource = aws.cloudwatch.LogGroup(
        scope.logical(CONTROL_PLANE),
        name=name,
        kms_key_id=key.arn,
        retention_in_days=plan.log_days,
        tags=scope.tagged(CONTROL_PLANE),
        opts=scope.options(depends_on=[for_logs(scope, "logs", key, name)]),
    )
    return group


def _cluster(
    scope: Scope,
    plan: ManagedPlan,
    version: pulumi.Output[str],
    role: Any,
    key: Any,
    group: pulumi.Output[str],
    needed: list[pulumi.Resource],
) -> Any:
    import pulumi_aws as aws

    return aws.eks.Cluster(
        scope.name,
        name=_called(plan),
        version=version,
        role_arn=role.arn,
        vpc_config={
            "subnet_ids": [zone.private for zone in plan.site.zones.values()],
            "security_group_ids": [group],
            "endpoint_private_access": True,
            "endpoint_public_access": bool(plan.public_from),
            "public_access_cidrs": list(plan.public_from) or None,
        },
        encryption_config={"provider": {"key_arn": key.arn}, "resources": ["secrets"]},
        # Who created it is nobody in it: rights are entries that are listed here.
        access_config={"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": False},
        kubernetes_network_config={"ip_family": "ipv4", "service_ipv4_cidr": SERVICE_ADDRESSES},
        enabled_cluster_log_types=list(LOGGED),
        # Add-ons are those below, in their pinned versions.
        bootstrap_self_managed_addons=False,
        # It would be moved up by Amazon at its time; this way it has to be moved on purpose before that.
        upgrade_policy={"support_type": "EXTENDED"},
        deletion_protection=plan.protect or None,
        tags=scope.tagged(),
        opts=scope.options(protect=plan.protect or None, depends_on=needed),
    )


def _administrators(scope: Scope, plan: ManagedPlan, cluster: Any) -> list[pulumi.Resource]:
    import pulumi_aws as aws

    made: list[pulumi.Resource] = []
    for name, arn in sorted(plan.administrators.items()):
        entry = aws.eks.AccessEntry(
            f"{scope.name}-{name}",
            cluster_name=cluster.name,
            principal_arn=arn,
            type="STANDARD",
            tags=scope.tagged(name),
            opts=scope.opts,
        )
        policy = cluster.arn.apply(lambda own: f"arn:{Place.of(own).partition}:eks::aws:cluster-access-policy/{ADMIN}")
        made.append(
            aws.eks.AccessPolicyAssociation(
                f"{scope.name}-{name}",
                cluster_name=cluster.name,
                principal_arn=entry.principal_arn,
                policy_arn=policy,
                access_scope={"type": "cluster"},
                opts=scope.opts,
            )
        )
    return made


MANAGED = Eks()
