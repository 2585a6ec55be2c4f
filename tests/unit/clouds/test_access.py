"""What nodes may do on AWS, as documents."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from foxden.boot.node import Node, Role, Secrets
from foxden.clouds.aws.access import (
    Place,
    assumed_by,
    flow_logs_policy,
    logs_key_policy,
    node_policy,
    snapshots_policy,
)

KEY = "arn:aws:kms:eu-central-1:123456789012:key/k"
PLACE = Place("aws", "eu-central-1", "123456789012")
NOWHERE_IN_PARTICULAR = {
    "ec2:DescribeInstances",
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeAutoScalingInstances",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}
"""Actions that AWS knows no single things for, or that are about the node itself."""


def node(role: Role, pool: str = "servers") -> Node:
    """A node of the cluster ``dev``."""
    return Node("aws", "eu-central-1", "dev", role, 3, "/foxden/dev", "alias/foxden-dev", pool)


SERVER = node_policy(node(Role.SERVER), "foxden-dev-servers", Secrets(("*",), ("*",)), KEY, "b")
OF_POOL = Secrets(("shared/*", "pools/general/*"))
WORKER = node_policy(node(Role.WORKER, "general"), "foxden-dev-general", OF_POOL, KEY, "b")


def statements(document: Any) -> dict[str, Any]:
    """Name to statement."""
    found = {each["Sid"]: each for each in document["Statement"]}
    assert len(found) == len(document["Statement"])
    return found


def actions(document: Any) -> Iterator[tuple[str, Any]]:
    """Each action with its statement."""
    for each in document["Statement"]:
        yield from ((action, each) for action in each["Action"])


@pytest.mark.parametrize("document", [SERVER, WORKER, snapshots_policy(node(Role.SERVER), "arn:aws:s3:::b")])
def test_no_action_is_a_pattern_and_what_can_be_named_is(document: Any) -> None:
    assert not [action for action, _ in actions(document) if "*" in action]
    assert {action for action, each in actions(document) if each["Resource"] == ["*"]} <= NOWHERE_IN_PARTICULAR


def test_what_a_server_may_do() -> None:
    assert set(statements(SERVER)) == {
        "ReadSecrets",
        "WriteSecrets",
        "DecryptSecrets",
        "EncryptSecrets",
        "FetchPrograms",
        "FindServers",
        "BeManaged",
        "ComeAndGo",
        "ReplaceUnhealthy",
        "SeeGroups",
    }


def test_what_a_worker_may_do() -> None:
    allowed = {"ReadSecrets", "DecryptSecrets", "FetchPrograms", "FindServers", "BeManaged", "ComeAndGo", "SeeGroups"}
    assert set(statements(WORKER)) == allowed


def test_a_worker_reads_what_is_shared_and_what_is_its_pools() -> None:
    parameter = "arn:aws:ssm:eu-central-1:123456789012:parameter/foxden/dev"
    readable = [f"{parameter}/{path}" for path in ("pools/general", "pools/general/*", "shared", "shared/*")]
    found = statements(WORKER)
    assert found["ReadSecrets"]["Resource"] == readable
    assert found["DecryptSecrets"]["Resource"] == [KEY]
    assert found["DecryptSecrets"]["Condition"] == {
        "StringEquals": {"kms:ViaService": "ssm.eu-central-1.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:PARAMETER_ARN": readable},
    }


@pytest.mark.parametrize(("document", "group"), [(SERVER, "foxden-dev-servers"), (WORKER, "foxden-dev-general")])
def test_a_node_touches_its_own_group_alone(document: Any, group: str) -> None:
    own = f"arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:*:autoScalingGroupName/{group}"
    for name in {"ComeAndGo", "ReplaceUnhealthy"} & statements(document).keys():
        statement = statements(document)[name]
        assert statement["Resource"] == [own]
        assert statement["Condition"] == {"StringEquals": {"aws:ResourceTag/foxden:cluster": "dev"}}


def test_a_server_that_nothing_replaces_touches_no_group() -> None:
    found = statements(node_policy(node(Role.SERVER), "", Secrets(("*",), ("*",)), KEY, "b"))
    assert not {"ComeAndGo", "ReplaceUnhealthy"} & found.keys()


def test_every_server_sees_of_which_group_a_worker_is() -> None:
    """A master that is in no group itself lets workers in by theirs."""
    for group in ("", "foxden-dev-servers"):
        found = statements(node_policy(node(Role.SERVER), group, Secrets(("*",), ("*",)), KEY, "b"))
        seeing = ["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingInstances"]
        assert (found["SeeGroups"]["Action"], found["SeeGroups"]["Resource"]) == (seeing, ["*"])


def test_a_node_fetches_programs_and_nothing_else_of_their_bucket() -> None:
    for document in (SERVER, WORKER):
        found = statements(document)["FetchPrograms"]
        assert (found["Action"], found["Resource"]) == (["s3:GetObject"], ["arn:aws:s3:::b/programs/*"])


def test_the_policy_fits_where_policies_are_kept() -> None:
    assert all(len(json.dumps(document)) < 10_240 for document in (SERVER, WORKER))


def test_snapshots_are_kept_and_restored_but_not_deleted() -> None:
    (statement,) = snapshots_policy(node(Role.SERVER), "arn:aws:s3:::bucket")["Statement"]
    assert statement["Action"] == ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    assert statement["Resource"] == ["arn:aws:s3:::bucket/dev/*"]


def test_flow_logs_are_written_to_their_group() -> None:
    arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/foxden/dev/flow-logs"
    for given in (arn, f"{arn}:*"):
        (statement,) = flow_logs_policy(given)["Statement"]
        assert statement["Resource"] == [arn, f"{arn}:*"]


def test_who_takes_on_a_role() -> None:
    (anywhere,) = assumed_by("ec2.amazonaws.com")["Statement"]
    assert anywhere["Principal"] == {"Service": "ec2.amazonaws.com"} and "Condition" not in anywhere
    (here,) = assumed_by("vpc-flow-logs.amazonaws.com", PLACE)["Statement"]
    assert here["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_a_key_for_logs_is_for_those_of_one_group() -> None:
    account, logs = logs_key_policy(PLACE, "/foxden/dev/flow-logs")["Statement"]
    assert account["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert logs["Principal"] == {"Service": "logs.eu-central-1.amazonaws.com"}
    assert logs["Condition"]["ArnEquals"] == {
        "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-central-1:123456789012:log-group:/foxden/dev/flow-logs"
    }
    # All that CloudWatch's documentation asks for: Encrypt, Decrypt, ReEncrypt*, GenerateDataKey*, DescribeKey.
    keys = {"", "Pair", "PairWithoutPlaintext", "WithoutPlaintext"}
    plain = {"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"}
    assert set(logs["Action"]) == plain | {f"kms:GenerateDataKey{kind}" for kind in keys}


def test_places_elsewhere() -> None:
    place = Place.of("arn:aws-cn:kms:cn-north-1:1:key/a:b")
    assert place == Place("aws-cn", "cn-north-1", "1")
    assert place.arn("ssm", "parameter/a") == "arn:aws-cn:ssm:cn-north-1:1:parameter/a"
