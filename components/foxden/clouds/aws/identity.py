"""The identity of nodes: a role, with exactly what they may do."""

import json
from typing import Any

import pulumi

from foxden.clouds.aws.access import assumed_by, node_policy
from foxden.clouds.aws.scope import Scope
from foxden.clouds.plan import Machines


def create_identity(
    scope: Scope, what: str, machines: Machines, group: str, key: pulumi.Input[str], bucket: pulumi.Input[str]
) -> tuple[Any, Any, list[pulumi.Resource]]:
    """Role, instance profile, and what must be there before a node starts.

    ``group`` is its auto scaling group, ``bucket`` has its program.
    """
    import pulumi_aws as aws

    logical = scope.logical(what)
    physical = f"{scope.called(what)}-{machines.node.region}"
    role = aws.iam.Role(
        logical,
        name=physical,
        assume_role_policy=json.dumps(assumed_by("ec2.amazonaws.com"), sort_keys=True),
        tags=scope.tagged(what),
        opts=scope.opts,
    )
    profile = aws.iam.InstanceProfile(logical, name=physical, role=role.name, tags=scope.tagged(what), opts=scope.opts)
    node, secrets = machines.node, machines.secrets
    both: pulumi.Output[list[str]] = pulumi.Output.all(key, bucket)
    own = both.apply(lambda known: json.dumps(node_policy(node, group, secrets, *known), sort_keys=True))
    documents = {"node": own, **machines.policies}
    rights: list[pulumi.Resource] = [
        aws.iam.RolePolicy(f"{logical}-{name}", name=name, role=role.name, policy=document, opts=scope.opts)
        for name, document in sorted(documents.items())
    ]
    rights += [
        aws.iam.RolePolicyAttachment(f"{logical}-{name}", role=role.name, policy_arn=arn, opts=scope.opts)
        for name, arn in sorted(machines.policy_arns.items())
    ]
    return role, profile, rights
