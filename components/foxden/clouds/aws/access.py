"""Who may do what: IAM documents as plain data (pure). No action is a pattern; what can be named is named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from foxden.boot.node import Node, Role, Secrets
from foxden.boot.program import FOLDER

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where something is: what every ARN there begins with."""

    partition: str
    region: str
    account: str

    @classmethod
    def of(cls, arn: str) -> "Place":
        """The place of what has that ARN."""
        _, partition, _, region, account, _ = arn.split(":", 5)
        return cls(partition, region, account)

    def arn(self, service: str, what: str) -> str:
        """The ARN of a thing of that service here."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{what}"


def assumed_by(service: str, place: Place | None = None, source: str = "") -> Document:
    """A role that a service of AWS takes on; with a place, for that account alone, and with the ARN of a source for
    that alone."""
    allowed: dict[str, Any] = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": service},
    }
    if place:
        allowed["Condition"] = {"StringEquals": {"aws:SourceAccount": place.account}}
    if source:
        allowed.setdefault("Condition", {})["ArnLike"] = {"aws:SourceArn": source}
    return _document([allowed])


def node_policy(node: Node, group: str, secrets: Secrets, key: str, bucket: str) -> Document:
    """What a node may do by itself. ``group`` is the name of its auto scaling group, '' where it is in none;
    ``bucket`` has the programs of nodes."""
    place = Place.of(key)
    programs = f"arn:{place.partition}:s3:::{bucket}/{FOLDER}/*"
    return _document(
        [
            *_secrets(node, secrets, key, place),
            _allow("FetchPrograms", ["s3:GetObject"], [programs]),
            _allow("FindServers", ["ec2:DescribeInstances"], ["*"], _in_region(place)),
            _allow("BeManaged", SESSION_ACTIONS, ["*"]),
            # Asked by every node for itself, and by masters of Kubernetes for workers, be they in a group or not.
            _allow("SeeGroups", SEEING_GROUPS, ["*"], _in_region(place)),
            *(_scaling(node, group, place) if group else []),
        ]
    )


LOGS_ACTIONS = (
    *("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
    *("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
    *("kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext"),
)
"""What CloudWatch's documentation asks for where a log group has a key of its own, each by its name:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"""

SEEING_GROUPS = ("autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingInstances")

SESSION_ACTIONS = (
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
"""What the SSM agent needs for sessions, and no more: the policy that AWS offers for it can read every parameter."""


def session_policy() -> Document:
    """Lets people in by SSM, and nothing else."""
    return _document([_allow("BeManaged", SESSION_ACTIONS, ["*"])])


def _secrets(node: Node, secrets: Secrets, key: str, place: Place) -> Iterable[Document]:
    readable, writable = (_parameters(node, paths, place) for paths in (secrets.read, secrets.write))
    if readable:
        reading = ("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath")
        yield _allow("ReadSecrets", reading, readable)
    if writable:
        yield _allow("WriteSecrets", ("ssm:PutParameter", "ssm:DeleteParameter"), writable)
    through = {"StringEquals": {"kms:ViaService": f"ssm.{place.region}.amazonaws.com"}}
    for name, action, allowed in (
        ("Decrypt", "kms:Decrypt", readable),
        ("Encrypt", "kms:Encrypt", writable),
    ):
        if allowed:
            only = {"StringLike": {"kms:EncryptionContext:PARAMETER_ARN": allowed}}
            yield _allow(f"{name}Secrets", [action], [key], {**through, **only})


def _parameters(node: Node, paths: Iterable[str], place: Place) -> list[str]:
    """ARNs of the parameters; the right to all below a path takes the path itself, too."""
    found = set()
    for path in paths:
        whole = f"{node.parameters.strip('/')}/{path.strip('/')}"
        found |= {whole, whole.removesuffix("/*")}
    return [place.arn("ssm", f"parameter/{path}") for path in sorted(found)]


def _scaling(node: Node, group: str, place: Place) -> Iterable[Document]:
    own = [place.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{group}")]
    tagged = {"StringEquals": {"aws:ResourceTag/foxden:cluster": node.cluster}}
    ending = ("autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat")
    yield _allow("ComeAndGo", ending, own, tagged)
    if node.role is Role.SERVER:
        yield _allow("ReplaceUnhealthy", ["autoscaling:SetInstanceHealth"], own, tagged)


def snapshots_policy(node: Node, bucket_arn: str) -> Document:
    """Lets servers put their snapshots into a bucket and restore one, and neither see others nor delete any.

    What was put there in part, by one that then failed, they may take back.
    """
    actions = ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject")
    return _document([_allow("KeepSnapshots", actions, [f"{bucket_arn}/{node.cluster}/*"])])


def flow_logs_policy(group_arn: str) -> Document:
    """Lets flow logs be written to one log group."""
    bare = group_arn.removesuffix(":*")
    writing = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
    return _document([_allow("WriteFlowLogs", writing, [bare, f"{bare}:*"])])


def logs_key_policy(place: Place, group: str) -> Document:
    """A key's own policy: the account decides by IAM, and CloudWatch may use it for the log group of that name."""
    context = {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": place.arn("logs", f"log-group:{group}")}}
    account = {
        # Not a right of anybody: it is what makes IAM's policies count for this key.
        **_allow("DecideByIam", ["kms:*"], ["*"]),
        "Principal": {"AWS": f"arn:{place.partition}:iam::{place.account}:root"},
    }
    logs = {
        **_allow("EncryptLogs", LOGS_ACTIONS, ["*"], context),
        "Principal": {"Service": f"logs.{place.region}.amazonaws.com"},
    }
    return _document([account, logs])


def _in_region(place: Place) -> Document:
    """For actions that know no single things."""
    return {"StringEquals": {"aws:RequestedRegion": place.region}}


def _allow(
    sid: str, actions: Iterable[str], resources: Iterable[str], condition: Document | None = None
) -> dict[str, Any]:
    allowed: dict[str, Any] = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": sorted(resources),
    }
    return {**allowed, "Condition": condition} if condition else allowed


def _document(statements: Iterable[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}
