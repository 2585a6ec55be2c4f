"""Of rules on identity."""

import json
from collections.abc import Mapping
from typing import Any

from policies.model import Resource
from policies.permissions import ROLE, ROLE_POLICIES
from tests.policies.examples.making import GONE, Change, Example, changed, of_policy, one, resource

POLICY = ROLE_POLICIES[0]
_READ = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::it/*"]}
_DECRYPT = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-central-1:123456789012:key/k"}
_PASS = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::123456789012:role/it"}
_TAKE = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
_FLOW_LOGS = {
    **_TAKE,
    "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
    "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
}
_PODS = {
    **_TAKE,
    "Principal": {"Service": "pods.eks.amazonaws.com"},
    "Condition": {
        "StringEquals": {"aws:RequestTag/eks-cluster-arn": "arn:aws:eks:eu-central-1:123456789012:cluster/it"}
    },
}
_LOGIN = {
    "Effect": "Allow",
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"},
    "Condition": {"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:foxden/infra:environment:dev"}},
}
_SUBJECT = "token.actions.githubusercontent.com:sub"
_ANYBODY: Any = {"Principal": "*"}
_ANYBODY_BY_ARN: Any = {"Principal": {"AWS": ["*"]}}


def _inside(good: Mapping[str, Any], *changes: Change) -> Example:
    """The first statement of a policy inside a role."""

    def written(change: Change) -> tuple[Resource, ...]:
        document = json.dumps({"Version": "2012-10-17", "Statement": [changed(good, change)]})
        return (resource(ROLE, {"inlinePolicies": [{"name": "it", "policy": document}]}),)

    return Example((written({}),), tuple(map(written, changes)))


def _subjects(operator: str, *texts: str) -> tuple[Change, ...]:
    """Conditions on whose login it is."""
    return tuple({"Condition": {operator: {_SUBJECT: text}}} for text in texts)


EXAMPLES = {
    "no-wildcard-actions": of_policy(
        POLICY,
        _READ,
        *({"Action": each} for each in ("*", ["s3:GetObject", "ec2:*"], "iam:?*", "*:PassRole", "iam:*Role")),
        also_good=({"Action": "s3:Get*"},),
    )
    + _inside(_READ, {"Action": "*", "Resource": "*"}),
    "no-wildcard-resources": of_policy(
        POLICY,
        _READ,
        {"Resource": ["*"], "Action": "ec2:RunInstances"},
        *({"Resource": each} for each in ("*", "arn:*", "arn:aws:iam::*:*", "arn:aws:s3:::*", "arn:aws:s3:::*/*")),
        also_good=(
            {"Resource": "*", "Action": "EC2:describeInstances"},
            {"Resource": "arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:*:autoScalingGroupName/it"},
        ),
    )
    + _inside(_READ, {"Resource": "*"}),
    "no-decrypting-with-any-key": of_policy(
        POLICY,
        _DECRYPT,
        {"Resource": "*"},
        {"Resource": ["arn:aws:kms:eu-central-1:123456789012:key/*"]},
        {"Resource": "arn:aws:kms:*", "Action": "KMS:decrypt"},
        {"Resource": "arn:aws:kms:*:*:key/*", "Action": "kms:D*"},
        also_good=({"Resource": "arn:aws:kms:*:*:key/*", "Action": "kms:Describe*"},),
    )
    + _inside(_DECRYPT, {"Resource": "*"}),
    "no-allowing-all-but": of_policy(POLICY, _READ, {"NotAction": "iam:*"}, {"NotResource": "x"}, {"NotPrincipal": "x"})
    + of_policy(ROLE, _TAKE, {"NotPrincipal": {"AWS": "999999999999"}}, field="assumeRolePolicy")
    + _inside(_READ, {"NotAction": "iam:*"}),
    "no-admin-policy": one(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        {"policyArn": "arn:aws:iam::123456789012:policy/it"},
        {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
        {"policyArn": "arn:aws:iam::aws:policy/IAMFullAccess"},
    )
    + one(
        "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
        {"policyArns": []},
        {"policyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
    ),
    "trust-limited": of_policy(
        ROLE,
        _TAKE,
        _ANYBODY,
        _ANYBODY_BY_ARN,
        {"Principal": {"Federated": "*"}},
        {"Principal": {"AWS": "arn:aws:iam::999999999999:root"}},
        {"Principal": {"AWS": "999999999999"}},
        also_good=({"Principal": {"AWS": "arn:aws:iam::123456789012:role/it"}},),
        field="assumeRolePolicy",
    ),
    "trust-in-services-confined": of_policy(ROLE, _FLOW_LOGS, {"Condition": GONE}, field="assumeRolePolicy")
    + of_policy(
        ROLE,
        _PODS,
        {"Condition": GONE},
        {"Condition.StringEquals": {"aws:RequestTag/kubernetes-namespace": "kube-system"}},
        field="assumeRolePolicy",
    ),
    "web-identity-confined": of_policy(
        ROLE,
        _LOGIN,
        {"Condition": GONE},
        {"Condition": GONE, "Action": "STS:AssumeRoleWith*"},
        *_subjects("StringLike", "*", "repo:*", "repo:*/infra:*", "repo:fox*", "system:serviceaccount:*"),
        *_subjects("StringNotEquals", "repo:foxden/infra:ref:refs/heads/main"),
        *_subjects("Null", "false"),
        also_good=_subjects("StringLike", "repo:foxden/infra:*", "system:serviceaccount:prod:*"),
        field="assumeRolePolicy",
    ),
    "no-users": Example(
        ((resource(ROLE),),), ((resource("aws:iam/user:User"),), (resource("aws:iam/accessKey:AccessKey"),))
    ),
    "no-passing-any-role": of_policy(
        POLICY,
        _PASS,
        {"Resource": "*"},
        {"Resource": ["arn:aws:iam::123456789012:role/*"]},
        {"Resource": "arn:aws:iam::*:*", "Action": "iam:passrole"},
        {"Resource": "arn:aws:iam::123456789012:role/*", "Action": "iam:Pass*"},
        also_good=({"Resource": "arn:aws:iam::123456789012:role/foxden-*"},),
    )
    + _inside(_PASS, {"Resource": "*"}),
}
