"""Rules about what is kept: buckets, images, secrets, logs, and who may do what with them."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from local.simulate.inventory import KINDS, Clients, listed
from local.simulate.inventory import keys as keys_of

_KINDS = {kind.name: kind for kind in KINDS}
_PUBLIC = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def buckets(clients: Clients, facts: Any) -> Iterator[str]:
    """Nobody outside sees them, and nothing goes over a line in the clear."""
    s3 = clients("s3")
    for bucket in listed(clients, _KINDS["bucket"]):
        name = bucket["Name"]
        if not _asked(s3.get_bucket_encryption, name):
            yield f"{name}: not encrypted"
        block = _asked(s3.get_public_access_block, name).get("PublicAccessBlockConfiguration", {})
        if not all(block.get(key) for key in _PUBLIC):
            yield f"{name}: may become public"
        if "aws:SecureTransport" not in str(_asked(s3.get_bucket_policy, name).get("Policy", "")):
            yield f"{name}: may be read without TLS"
        if not _asked(s3.get_bucket_lifecycle_configuration, name).get("Rules"):
            yield f"{name}: keeps everything for ever"


def _asked(method: Any, bucket: str) -> dict[str, Any]:
    """The answer; empty where there is nothing of that kind."""
    try:
        return dict(method(Bucket=bucket))
    except ClientError:
        return {}


def repositories(clients: Clients, facts: Any) -> Iterator[str]:
    """A tag means one image for ever, and its known holes are known."""
    ecr = clients("ecr")
    for repository in listed(clients, _KINDS["repository"]):
        name = repository["repositoryName"]
        if repository.get("imageTagMutability") != "IMMUTABLE":
            yield f"{name}: tags can be moved"
        if not repository.get("imageScanningConfiguration", {}).get("scanOnPush"):
            yield f"{name}: is not scanned"
        try:
            ecr.get_lifecycle_policy(repositoryName=name)
        except ClientError:
            yield f"{name}: keeps everything for ever"


def parameters(clients: Clients, facts: Any) -> Iterator[str]:
    """Plain ones are known by name: lists of pools, versions, certificates that anyone may see."""
    for parameter in listed(clients, _KINDS["parameter"]):
        plain = parameter["Name"].rpartition("/")[2] in ("pools", "ca", "control-plane")
        if parameter["Type"] != "SecureString" and not plain:
            yield f"{parameter['Name']}: {parameter['Type']}"


def keys(clients: Clients, facts: Any) -> Iterator[str]:
    """AWS does that by itself once it is told."""
    kms = clients("kms")
    for key in keys_of(clients):
        if not kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]:
            yield key


def logs(clients: Clients, facts: Any) -> Iterator[str]:
    """Neither for ever nor for no time."""
    for group in listed(clients, _KINDS["log group"]):
        if not group.get("retentionInDays"):
            yield str(group["logGroupName"])


def roles(clients: Clients, facts: Any) -> Iterator[str]:
    """No statement allows every action on everything."""
    iam = clients("iam")
    for role in listed(clients, _KINDS["IAM role"]):
        for policy in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=policy)["PolicyDocument"]
            if _allows_all(json.loads(unquote(document)) if isinstance(document, str) else document):
                yield f"{role['RoleName']}: {policy}"


def _allows_all(document: Any) -> bool:
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    return any(
        one["Effect"] == "Allow" and "*" in _listed(one.get("Action", [])) and "*" in _listed(one.get("Resource", []))
        for one in statements
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
