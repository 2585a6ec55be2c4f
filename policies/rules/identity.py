"""Identity: who may do what, and who may become whom."""

import re
from collections.abc import Iterator

from policies.model import Resource, Severity
from policies.node import Node
from policies.permissions import (
    ROLE,
    ROLE_POLICIES,
    actions,
    allowing,
    every,
    granted,
    like,
    names_no_action,
    names_nothing,
    of_anybody,
    principals,
    subjects,
)
from policies.rule import Domain

rules = Domain("identity")

ATTACHMENTS = (
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
)
_OWNER = ("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:RequestTag/eks-cluster-arn")
"""What says whose it is; the last one, for pods, is the cluster that they are in."""

_ACCOUNT = re.compile(r":root$|^\d{12}$")
"""A whole account, in either of the ways to write it."""


def _conditions(statement: Node) -> set[str]:
    """The names of what a statement's conditions ask for, without the part that says whose it is."""
    return {name for _, asked in statement["Condition"].entries() for name, _ in asked.entries()}


@rules.rule(
    "no-wildcard-actions",
    *ROLE_POLICIES,
    severity=Severity.CRITICAL,
    what="Permissions name what may be done",
    why="Tomorrow's actions are allowed today, and nobody knows what they will be",
    fix="name the actions that are needed",
    references=(
        "CIS AWS 1.15",
        "FSBP IAM.1",
        "FSBP IAM.21",
        "checkov CKV_AWS_62",
        "checkov CKV_AWS_63",
        "checkov CKV2_AWS_40",
        "checkov CKV_AWS_286",
        "checkov CKV_AWS_289",
    ),
)
def _actions(policy: Resource, _config: Node) -> Iterator[str]:
    for statement in granted(policy):
        wild = [action for action in statement["Action"].texts() if names_no_action(action)]
        if wild:
            yield f"allows {', '.join(wild)}"


@rules.rule(
    "no-wildcard-resources",
    *ROLE_POLICIES,
    severity=Severity.HIGH,
    what="Permissions name what it may be done to, where AWS can tell",
    why="A machine of this cluster can do it to everything in the account",
    fix="name the resources, or add a condition; an action that knows no resources belongs into the configuration",
    references=("checkov CKV_AWS_287", "checkov CKV_AWS_288", "checkov CKV_AWS_290", "checkov CKV_AWS_355"),
    config={
        "actions": [
            "ecr:GetAuthorizationToken",
            "ec2:Describe*",
            "ec2:GetInstanceTypesFromInstanceRequirements",
            "autoscaling:Describe*",
            "elasticloadbalancing:Describe*",
            "ssm:UpdateInstanceInformation",
            "ssmmessages:*",
            "ec2messages:*",
            "sts:GetCallerIdentity",
        ]
    },
)
def _resources(policy: Resource, config: Node) -> Iterator[str]:
    free = list(config["actions"].texts())
    for statement in granted(policy):
        whole = [each for each in statement["Resource"].texts() if names_nothing(each)]
        bound = [action for action in statement["Action"].texts() if not any(like(action, each) for each in free)]
        if whole and bound and statement["Condition"].absent:
            yield f"allows {', '.join(bound)} on {', '.join(whole)}"


@rules.rule(
    "no-decrypting-with-any-key",
    *ROLE_POLICIES,
    severity=Severity.CRITICAL,
    what="Nothing may decrypt with any key there is",
    why="It reads every secret of the account",
    fix="name the key",
    references=("FSBP KMS.1", "FSBP KMS.2"),
)
def _any_key(policy: Resource, _config: Node) -> Iterator[str]:
    for statement in granted(policy):
        found, keys = actions(statement, "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"), every(statement, "key")
        if found and keys:
            yield f"allows {', '.join(found)} with {', '.join(keys)}"


@rules.rule(
    "no-allowing-all-but",
    *ROLE_POLICIES,
    severity=Severity.HIGH,
    what="What is allowed is said, and not what isn't",
    why="NotAction, NotResource and NotPrincipal allow all that nobody thought of",
    fix="name what is allowed",
)
def _all_but(resource: Resource, _config: Node) -> Iterator[str]:
    for statement in (*granted(resource), *allowing(resource.inputs["assumeRolePolicy"])):
        for field in ("NotAction", "NotResource", "NotPrincipal"):
            if statement[field].given:
                yield f"allows by {field}"


@rules.rule(
    "no-admin-policy",
    *ATTACHMENTS,
    ROLE,
    severity=Severity.CRITICAL,
    what="Nobody has AWS's own policies for administrators",
    why="Whoever gets into it owns the account",
    fix="write what is needed into a policy of its own",
    references=("CIS AWS 1.15", "FSBP IAM.1", "checkov CKV_AWS_274", "checkov CKV2_AWS_56"),
    config={"policies": ["AdministratorAccess", "PowerUserAccess", "IAMFullAccess"]},
)
def _admin(resource: Resource, config: Node) -> Iterator[str]:
    for arn in (
        text for field in ("policyArn", "policyArns", "managedPolicyArns") for text in resource.inputs[field].texts()
    ):
        if arn.rpartition("/")[2] in config["policies"].texts():
            yield f"has {arn.rpartition('/')[2]}"


@rules.rule(
    "trust-limited",
    ROLE,
    severity=Severity.CRITICAL,
    what="A role can be taken by those it names",
    why="Anybody with an account of AWS becomes it",
    fix="name a service, or a role of an account",
    references=("checkov CKV_AWS_60", "checkov CKV_AWS_61"),
)
def _trust(role: Resource, _config: Node) -> Iterator[str]:
    for statement in allowing(role.inputs["assumeRolePolicy"]):
        known = {who for kind in ("AWS", "Service", "Federated") for who in principals(statement, kind)}
        for who in sorted(known):
            if who == "*" or (_ACCOUNT.search(who) and statement["Condition"].absent):
                yield f"can be taken by {'anybody' if who == '*' else who}"


@rules.rule(
    "trust-in-services-confined",
    ROLE,
    severity=Severity.MEDIUM,
    what="A service of AWS takes a role on behalf of this account only",
    why="Another customer can make that service use it (the confused deputy)",
    fix="add a condition on aws:SourceAccount or aws:SourceArn",
    config={"services": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"]},
)
def _confined(role: Resource, config: Node) -> Iterator[str]:
    for statement in allowing(role.inputs["assumeRolePolicy"]):
        free = not statement["Condition"].opaque and not _conditions(statement) & set(_OWNER)
        for who in principals(statement, "Service"):
            if free and who != "*" and who not in config["services"].texts():
                yield f"can be taken by {who} for any account"


@rules.rule(
    "web-identity-confined",
    ROLE,
    severity=Severity.CRITICAL,
    what="A role for a login from outside (OIDC) names whose login",
    why="Every repository of the world can take it, or every pod",
    fix="add a condition on the provider's :sub",
    references=("checkov CKV_AWS_393",),
)
def _web_identity(role: Resource, _config: Node) -> Iterator[str]:
    for statement in allowing(role.inputs["assumeRolePolicy"]):
        named = subjects(statement)
        open_to_all = not named or of_anybody(text for each in named for text in each.texts())
        if actions(statement, "sts:AssumeRoleWithWebIdentity") and not statement["Condition"].opaque and open_to_all:
            yield "can be taken by every login of its provider"


@rules.rule(
    "no-users",
    "aws:iam/user:User",
    "aws:iam/accessKey:AccessKey",
    "aws:iam/userLoginProfile:UserLoginProfile",
    severity=Severity.HIGH,
    what="There are no users and no keys of users: everything has a role",
    why="A key that never ends is found one day by somebody else",
    fix="give it a role, or a login by OIDC",
    references=(
        "FSBP IAM.2",
        "FSBP IAM.3",
        "awsguard access-keys-rotated",
        "awsguard mfa-enabled-for-iam-console-access",
    ),
)
def _users(_resource: Resource, _config: Node) -> Iterator[str]:
    yield "is a user's"


@rules.rule(
    "no-passing-any-role",
    *ROLE_POLICIES,
    severity=Severity.CRITICAL,
    what="Nothing may hand any role on",
    why="It hands itself the one that may do everything",
    fix="name the roles, and the service they are handed to",
    references=("checkov CKV_AWS_286",),
)
def _pass_role(policy: Resource, _config: Node) -> Iterator[str]:
    for statement in granted(policy):
        whole = every(statement, "role")
        if actions(statement, "iam:PassRole") and whole:
            yield f"hands {', '.join(whole)} on"
