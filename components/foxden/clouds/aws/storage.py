"""Buckets: encrypted, with versions, closed to the public, reached through TLS alone."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi

from foxden.clouds.aws.scope import Scope
from foxden.clouds.edge import BucketPlan, BucketPurpose

OLD_VERSION_DAYS = 30
"""How long what was overwritten or removed can be brought back."""

ENCRYPTION: Mapping[BucketPurpose, Any] = {
    # A balancer can write where S3 has the keys, and nowhere else:
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    BucketPurpose.ACCESS_LOGS: {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}},
    # A snapshot has the cluster's tokens in it, so each reading of one is on record with KMS.
    BucketPurpose.SNAPSHOTS: {
        "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms"},
        "bucket_key_enabled": True,
    },
}


def bucket_policy(arn: str, purpose: BucketPurpose, account: str) -> dict[str, Any]:
    """Nobody comes in without TLS, and the balancers of the account may write their logs."""
    statements: list[dict[str, Any]] = [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    if purpose is BucketPurpose.ACCESS_LOGS:
        statements.append(
            {
                "Sid": "BalancersLog",
                "Effect": "Allow",
                "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": f"{arn}/*AWSLogs/{account}/*",
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}


def create_bucket(plan: BucketPlan, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """The bucket with all that protects it; its name is known when that is there."""
    import pulumi_aws as aws

    scope = Scope(plan.name, f"foxden-{plan.name}", plan.tags, opts)
    bucket = aws.s3.Bucket(
        plan.name,
        bucket_prefix=f"{plan.name}-",
        force_destroy=not plan.protect,
        tags=scope.tagged(),
        opts=opts,
    )
    closed = aws.s3.BucketPublicAccessBlock(
        plan.name,
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )
    protection = [
        closed,
        aws.s3.BucketOwnershipControls(
            plan.name, bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}, opts=opts
        ),
        aws.s3.BucketVersioning(plan.name, bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=opts),
        aws.s3.BucketServerSideEncryptionConfiguration(
            plan.name, bucket=bucket.id, rules=[ENCRYPTION[plan.purpose]], opts=opts
        ),
        _lifecycle(plan, bucket, opts),
        _policy(plan, bucket, scope.options(depends_on=[closed])),
    ]
    known = pulumi.Output.all(bucket.id, *[each.id for each in protection])
    return known.apply(lambda ids: str(ids[0]))


def _lifecycle(plan: BucketPlan, bucket: Any, opts: pulumi.ResourceOptions) -> Any:
    import pulumi_aws as aws

    return aws.s3.BucketLifecycleConfiguration(
        plan.name,
        bucket=bucket.id,
        rules=[
            {
                "id": "expire",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "expiration": {"days": plan.days},
                "noncurrent_version_expiration": {"noncurrent_days": OLD_VERSION_DAYS},
                "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
            }
        ],
        opts=opts,
    )


def _policy(plan: BucketPlan, bucket: Any, opts: pulumi.ResourceOptions) -> Any:
    import pulumi_aws as aws

    account = aws.get_caller_identity_output(opts=pulumi.InvokeOptions(parent=opts.parent)).account_id
    policy = pulumi.Output.all(bucket.arn, account).apply(
        lambda known: json.dumps(bucket_policy(known[0], plan.purpose, known[1]), sort_keys=True)
    )
    return aws.s3.BucketPolicy(plan.name, bucket=bucket.id, policy=policy, opts=opts)
