"""Buckets: encrypted, with versions, closed to the public, reached through TLS alone."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Optional

import pulumi

from foxden.clouds.aws.scope import Scope
from foxden.clouds.edge import BucketPlan, BucketPurpose

OLD_VERSION_DAYS = 30
"""How long what was overwritten or removed can be brought back."""

AES256: Any = {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
"""Encrypted where S3 has the keys."""

ENCRYPTION: Mapping[BucketPurpose, Any] = {
    # A balancer can write where S3 has the keys, and nowhere else:
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    BucketPurpose.ACCESS_LOGS: AES256,
    # A snapshot has the cluster's tokens in it, so each reading of one is on record with KMS.
    BucketPurpose.SNAPSHOTS: {
        "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms"},
        "bucket_key_enabled": True,
    },
}


@dataclass(frozen=True)
class Keeping:
    """How a bucket keeps what is in it."""

    encryption: Any
    policy: Callable[[pulumi.Output[str]], pulumi.Output[str]]
    """Its own policy, of its ARN."""
    days: Optional[int]
    """How long things stay. None: until they are taken away."""
    goes_with_all: bool
    """Whether it can be taken away with things in it."""


def tls_only(arn: str) -> dict[str, Any]:
    """Nobody comes in without TLS."""
    denied = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [denied]}


def bucket_policy(arn: str, purpose: BucketPurpose, account: str) -> dict[str, Any]:
    """Nobody comes in without TLS, and the balancers of the account may write their logs."""
    policy = tls_only(arn)
    if purpose is BucketPurpose.ACCESS_LOGS:
        policy["Statement"].append(
            {
                "Sid": "BalancersLog",
                "Effect": "Allow",
                "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": f"{arn}/*AWSLogs/{account}/*",
            }
        )
    return policy


def create_bucket(plan: BucketPlan, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """A bucket of this purpose; its name is known when all that protects it is there."""
    import pulumi_aws as aws

    account = aws.get_caller_identity_output(opts=pulumi.InvokeOptions(parent=opts.parent)).account_id

    def policy(arn: pulumi.Output[str]) -> pulumi.Output[str]:
        both: pulumi.Output[list[str]] = pulumi.Output.all(arn, account)
        return both.apply(lambda known: json.dumps(bucket_policy(known[0], plan.purpose, known[1]), sort_keys=True))

    keeping = Keeping(ENCRYPTION[plan.purpose], policy, plan.days, goes_with_all=not plan.protect)
    return closed_bucket(Scope(plan.name, f"foxden-{plan.name}", plan.tags, opts), "", keeping)


def closed_bucket(scope: Scope, what: str, keeping: Keeping) -> pulumi.Output[str]:
    """A bucket with all that protects it; its name is known when that is there."""
    import pulumi_aws as aws

    name, opts = scope.logical(what), scope.opts
    bucket = aws.s3.Bucket(
        name,
        bucket_prefix=f"{name}-",
        force_destroy=keeping.goes_with_all,
        tags=scope.tagged(what),
        opts=opts,
    )
    closed = aws.s3.BucketPublicAccessBlock(
        name,
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )
    policy = keeping.policy(bucket.arn)
    protection = [
        closed,
        aws.s3.BucketOwnershipControls(
            name, bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}, opts=opts
        ),
        aws.s3.BucketVersioning(name, bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=opts),
        aws.s3.BucketServerSideEncryptionConfiguration(name, bucket=bucket.id, rules=[keeping.encryption], opts=opts),
        aws.s3.BucketLifecycleConfiguration(name, bucket=bucket.id, rules=[_lifecycle(keeping.days)], opts=opts),
        aws.s3.BucketPolicy(name, bucket=bucket.id, policy=policy, opts=scope.options(depends_on=[closed])),
    ]
    known = pulumi.Output.all(bucket.id, *[each.id for each in protection])
    return known.apply(lambda ids: str(ids[0]))


def _lifecycle(days: Optional[int]) -> Any:
    rule: dict[str, Any] = {
        "id": "expire",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "noncurrent_version_expiration": {"noncurrent_days": OLD_VERSION_DAYS},
        "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
    }
    return rule if days is None else {**rule, "expiration": {"days": days}}
