"""Of rules on registries, storage, records, secrets and tags."""

import base64
import json
from typing import Any

from local.plugins.wire import Secret
from policies.model import Resource
from policies.permissions import ROLE
from policies.reading import GROUP, JOB, LASTING, TEMPLATE
from policies.rules.records import KEY, KEY_POLICY, LOG_GROUP, QUEUE, ZONE
from policies.rules.registries import EXPIRY, REPOSITORY
from policies.rules.storage import BUCKET, PARTS
from tests.policies.examples import good
from tests.policies.examples.making import GONE, Example, of_job, of_policy, one, pod, resource

_BY_ROOT = {
    "Effect": "Allow",
    "Action": ["kms:*"],
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Resource": "*",
}
_PULL = {"Effect": "Allow", "Action": "ecr:BatchGetImage", "Principal": {"AWS": "arn:aws:iam::123456789012:role/it"}}
_TLS = {
    "Effect": "Deny",
    "Action": "s3:*",
    "Principal": "*",
    "Resource": "arn:aws:s3:::it/*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
_LOGS = {
    "Effect": "Allow",
    "Action": "s3:PutObject",
    "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
    "Resource": "arn:aws:s3:::it/*",
}
_SEND = {**_LOGS, "Action": "sqs:SendMessage", "Principal": {"Service": "events.amazonaws.com"}}
DEPLOYMENT = LASTING[0]
_ANYBODY: Any = {"Principal": "*"}
_ANYBODY_BY_ARN: Any = {"Principal": {"AWS": ["*"]}}
_KEY = "AKIA" + "IOSFODNN7EXAMPLE"
_PEM = "-----BEGIN EC PRIVATE " + "KEY-----\nMHc"

_REPOSITORY = {
    "name": "dev/pods",
    "imageTagMutability": "IMMUTABLE",
    "imageScanningConfiguration": {"scanOnPush": True},
    "encryptionConfigurations": [{"encryptionType": "KMS"}],
}

REGISTRIES = {
    "tags-immutable": one(REPOSITORY, _REPOSITORY, {"imageTagMutability": "MUTABLE"}, {"imageTagMutability": GONE}),
    "images-scanned": one(REPOSITORY, _REPOSITORY, {"imageScanningConfiguration": GONE}),
    "images-encrypted": one(
        REPOSITORY,
        _REPOSITORY,
        {"encryptionConfigurations": GONE},
        {"encryptionConfigurations": [{"encryptionType": "AES256"}]},
    ),
    "images-expire": Example(
        (
            (resource(REPOSITORY, _REPOSITORY), resource(EXPIRY)),
            (resource(REPOSITORY, _REPOSITORY), resource(EXPIRY, {"repository": "dev/pods"}, name="other")),
        ),
        ((resource(REPOSITORY, _REPOSITORY), resource(EXPIRY, {"repository": "dev/others"}, name="other")),),
    ),
    "registry-not-emptied": one(REPOSITORY, _REPOSITORY, {"forceDelete": True}),
    "registry-not-public": of_policy("aws:ecr/repositoryPolicy:RepositoryPolicy", _PULL, _ANYBODY, _ANYBODY_BY_ARN),
}


def _part(name: str) -> str:
    return f"aws:s3/bucket{name}:Bucket{name}"


def _bucket(*parts: str) -> tuple[Resource, ...]:
    return (resource(BUCKET), *(resource(_part(part)) for part in parts))


_BLOCK = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True)
_LIFE = {
    "rules": [
        {
            "status": "Enabled",
            "noncurrentVersionExpiration": {"noncurrentDays": 30},
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
        }
    ]
}
_KMS = {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}]}

STORAGE = {
    "bucket-whole": Example(
        (_bucket(*PARTS.values()),),
        tuple(_bucket(*(each for each in PARTS.values() if each != part)) for part in PARTS.values()),
    ),
    "bucket-not-public": one(_part("PublicAccessBlock"), _BLOCK, *({field: False} for field in _BLOCK)),
    "bucket-without-acls": one(
        _part("OwnershipControls"),
        {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
        {"rule.objectOwnership": "ObjectWriter"},
        {"rule": GONE},
    ),
    "bucket-encrypted": one(
        _part("ServerSideEncryptionConfiguration"),
        _KMS,
        {"rules": []},
        {"rules.0.applyServerSideEncryptionByDefault": {}},
    ),
    "bucket-versioned": one(
        _part("Versioning"),
        {"versioningConfiguration": {"status": "Enabled"}},
        {"versioningConfiguration.status": "Suspended"},
    ),
    "bucket-by-tls-only": of_policy(_part("Policy"), _TLS, {"Effect": "Allow"}, {"Condition": GONE}),
    "bucket-policy-names-readers": of_policy(_part("Policy"), _LOGS, _ANYBODY, _ANYBODY_BY_ARN),
    "bucket-locks-nobody-out": of_policy(_part("Policy"), _TLS, {"Condition": GONE}),
    "bucket-expires": one(
        _part("LifecycleConfiguration"),
        _LIFE,
        {"rules.0.status": "Disabled"},
        {"rules.0.noncurrentVersionExpiration": GONE},
        {"rules.0.abortIncompleteMultipartUpload": GONE},
    ),
    "bucket-not-emptied": one(BUCKET, {"forceDestroy": False}, {"forceDestroy": True}),
}

_OWN_KEY = {"enableKeyRotation": True, "deletionWindowInDays": 30, "description": "Secrets of the cluster"}

RECORDS = {
    "key-rotates": one(
        KEY, _OWN_KEY, {"enableKeyRotation": GONE}, also_good=({"enableKeyRotation": GONE, "keyUsage": "SIGN_VERIFY"},)
    ),
    "key-deleted-slowly": one(KEY, _OWN_KEY, {"deletionWindowInDays": 1}, also_good=({"deletionWindowInDays": GONE},)),
    "key-enabled": one(KEY, _OWN_KEY, {"isEnabled": False}),
    "key-described": one(KEY, _OWN_KEY, {"description": ""}),
    "key-keeps-its-owner": one(KEY, _OWN_KEY, {"bypassPolicyLockoutSafetyCheck": True}),
    "key-not-public": of_policy(KEY_POLICY, _BY_ROOT, _ANYBODY, _ANYBODY_BY_ARN),
    "log-kept-long-enough": one(
        LOG_GROUP,
        {"retentionInDays": 90},
        {"retentionInDays": GONE},
        {"retentionInDays": 0},
        {"retentionInDays": 3},
    ),
    "log-encrypted": one(LOG_GROUP, {"kmsKeyId": "arn:aws:kms:x"}, {"kmsKeyId": GONE}),
    "queue-encrypted": one(
        QUEUE,
        {"sqsManagedSseEnabled": True},
        {"sqsManagedSseEnabled": False},
        also_good=({"sqsManagedSseEnabled": GONE},),
    ),
    "queue-not-public": of_policy("aws:sqs/queuePolicy:QueuePolicy", _SEND, _ANYBODY, _ANYBODY_BY_ARN),
    "zone-not-emptied": one(ZONE, {"name": "dev.foxden.example"}, {"forceDestroy": True}),
}

_VARIABLE = "nomad:index/variable:Variable"
_PARAMETER = "aws:ssm/parameter:Parameter"

_TELLING = (
    {"AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG"},
    {"SECRET_KEY": "hunter2"},
    {"SECRET_KEY_BASE": "hunter2"},
    {"DB_PASS": "hunter2"},
    {"PGPASSWORD": "hunter2"},
    {"OTHER": f"github_pat_{'A' * 22}_{'b' * 59}"},
    {"CACHE": "redis://:hunter2@cache:6379/0"},
)
_HARMLESS = {"PWD": "/app", "ALLOW_EMPTY_PASSWORD": "no", "COMPASS": "north", "AWS_REGION": "eu-central-1"}
_CONTAINERS = "spec.template.spec.containers"
_PATCH = {"spec": {"template": {"spec": {"containers": [{"name": "main"}]}}}}

SECRETS = {
    "no-secret-in-user-data": one(
        TEMPLATE,
        good.TEMPLATE,
        {"userData": Secret("c2VjcmV0")},
        {"userData": base64.b64encode(f"key: {_KEY}".encode()).decode()},
    ),
    "no-secret-in-job": Example(
        passes=of_job(good.JOB, also_good=({"TaskGroups.0.Tasks.0.Env": _HARMLESS},)).passes,
        violates=(
            *of_job(
                good.JOB,
                {"TaskGroups.0.Tasks.0.Env": {"DB_PASSWORD": "hunter2"}},
                {"TaskGroups.0.Tasks.0.Env": {"DB": "postgres://ana:hunter2@db/foxden"}},
                *({"TaskGroups.0.Tasks.0.Env": each} for each in _TELLING),
            ).violates,
            (resource(JOB, {"jobspec": Secret(json.dumps(good.JOB))}),),
        ),
    ),
    "no-secret-in-pod": pod(
        good.DEPLOYMENT,
        {"containers.0.env": [{"name": "API_KEY", "value": "hunter2"}]},
        {"containers.0.env": [{"name": "OTHER", "value": Secret("hunter2")}]},
        {"containers.0.env": [{"name": "OTHER", "value": _PEM}]},
        {"containers.0.args": ["--key", _PEM]},
        {"containers.0.command": ["serve", Secret("hunter2")]},
        *({"containers.0.env": [{"name": name, "value": value}]} for each in _TELLING for name, value in each.items()),
        also_good=({"containers.0.env": [{"name": name, "value": value} for name, value in _HARMLESS.items()]},),
    )
    + one(f"{DEPLOYMENT}Patch", _PATCH, {f"{_CONTAINERS}.0.env": [{"name": "API_KEY", "value": "hunter2"}]}),
    "no-secret-in-config-map": one(
        "kubernetes:core/v1:ConfigMap",
        {"data": {"level": "info"}},
        {"data": {"key": _PEM}},
        {"data": {"key": Secret("x")}},
        {"data": {"DB_PASSWORD": "hunter2"}},
    ),
    "secret-marked": one(
        _VARIABLE,
        {"items": Secret('{"value": "x"}')},
        {"items": '{"value": "x"}'},
        also_good=({"items": GONE, "stringData": {"value": Secret("x")}},),
    ),
    "provider-secret-marked": one("pulumi:providers:nomad", {"secretId": Secret("x")}, {"secretId": "x"}),
    "secret-parameter-encrypted": one(
        _PARAMETER,
        {"name": "/foxden/dev/secrets/pods", "type": "SecureString", "keyId": "alias/foxden-dev", "value": Secret("x")},
        {"type": "String"},
        {"keyId": GONE},
        {"name": "/foxden/dev/other", "type": "String"},
        also_good=({"name": "/foxden/dev/pools", "type": "String", "value": "general"},),
    ),
    "no-secret-in-plain-text": one(
        ROLE, {"description": "harmless"}, {"description": _KEY}, {"a": {"b": [{"c": _PEM}]}}
    ),
}

TAGS = {
    "everything-tagged": Example(
        ((resource(KEY, {"tags": good.TAGS}),), (resource(GROUP, good.GROUP),)),
        (
            (resource(KEY),),
            (resource(KEY, {"tags": {**good.TAGS, "owner": ""}}),),
            (resource(GROUP, {"tags": good.GROUP_TAGS[1:]}),),
        ),
    ),
    "environment-tag-true": Example(
        ((resource(KEY, {"tags": good.TAGS}),),), ((resource(KEY, {"tags": {**good.TAGS, "environment": "prod"}}),),)
    ),
    "machines-tagged": one(GROUP, good.GROUP, {"tags.0.propagateAtLaunch": False}),
    "disks-tagged": one(
        TEMPLATE, good.TEMPLATE, {"tagSpecifications": GONE}, {"tagSpecifications.0.resourceType": "instance"}
    ),
}

EXAMPLES = {**REGISTRIES, **STORAGE, **RECORDS, **SECRETS, **TAGS}
