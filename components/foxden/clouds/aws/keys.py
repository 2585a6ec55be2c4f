"""Keys that rotate every year, and what may be encrypted with them."""

import json
from typing import Any, cast

import pulumi

from foxden.clouds.aws.access import Place, logs_key_policy
from foxden.clouds.aws.scope import Scope

FLOW_LOGS = "flow-logs"
"""What the key, the role and the log group of a network's flow logs are called after the network."""

LOGS_KEY_DAYS = 30
"""Between the deletion of a key of logs and its end: until then a mistake can be taken back, and logs be read."""


def create_key(scope: Scope, what: str, purpose: str, deletion_days: int, protect: bool) -> tuple[Any, pulumi.Resource]:
    """A key and its alias. It is deleted only after ``deletion_days``, and never by chance where it is protected."""
    import pulumi_aws as aws

    key = aws.kms.Key(
        scope.logical(what),
        description=purpose,
        enable_key_rotation=True,
        deletion_window_in_days=deletion_days,
        tags=scope.tagged(what),
        opts=scope.options(protect=protect or None),
    )
    alias = aws.kms.Alias(
        scope.logical(what),
        name=alias_of(scope.called(what)),
        target_key_id=key.key_id,
        opts=scope.opts,
    )
    return key, alias


def alias_of(name: str) -> str:
    """The alias of the key of that name."""
    return f"alias/{name}"


def for_logs(scope: Scope, what: str, key: Any, group: str) -> pulumi.Resource:
    """Let CloudWatch encrypt the log group of that name with the key, and nothing else."""
    import pulumi_aws as aws

    policy = key.arn.apply(lambda arn: json.dumps(logs_key_policy(Place.of(arn), group), sort_keys=True))
    return cast(
        pulumi.Resource, aws.kms.KeyPolicy(f"{scope.name}-{what}", key_id=key.key_id, policy=policy, opts=scope.opts)
    )
