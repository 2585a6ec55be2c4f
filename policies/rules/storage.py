"""Storage: buckets, and what is kept in them for how long."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from policies.model import Resource, Severity, Stack
from policies.node import Node
from policies.permissions import allowing, principals, statements
from policies.reading import siblings
from policies.rule import Domain

rules = Domain("storage")

BUCKET = "aws:s3/bucket:Bucket"
BUCKETS = (BUCKET, "aws:s3/bucketV2:BucketV2")
PARTS = {
    "public access block": "PublicAccessBlock",
    "ownership controls": "OwnershipControls",
    "encryption": "ServerSideEncryptionConfiguration",
    "versioning": "Versioning",
    "lifecycle": "LifecycleConfiguration",
    "policy": "Policy",
}
"""What a bucket has beside it."""


def _part(name: str) -> tuple[str, ...]:
    """The types of one; a part was called V2 for a time."""
    return tuple(f"aws:s3/bucket{name}{suffix}:Bucket{name}{suffix}" for suffix in ("", "V2"))


@rules.whole(
    "bucket-whole",
    severity=Severity.HIGH,
    what="A bucket has all that a bucket needs beside it",
    why="What is left out is as AWS has it, which is open, unversioned and forever",
    fix="use the library's Bucket, which makes all of them",
    references=(
        "FSBP S3.8",
        "FSBP S3.13",
        "FSBP S3.14",
        "checkov CKV2_AWS_6",
        "checkov CKV2_AWS_61",
        "checkov CKV_AWS_21",
        "checkov CKV_AWS_19",
        "pulumi aws-s3-bucket-enable-server-side-encryption",
    ),
)
def _whole(stack: Stack, _config: Node) -> Iterator[tuple[Resource, str]]:
    for bucket in stack.of(*BUCKETS):
        missing = [what for what, part in PARTS.items() if not siblings(stack, bucket, *_part(part))]
        if missing:
            yield bucket, f"has no {', '.join(missing)}"


@rules.rule(
    "bucket-not-public",
    *_part("PublicAccessBlock"),
    severity=Severity.CRITICAL,
    what="A bucket can't be opened to everybody, by whatever means",
    why="Somebody opens it for a moment, and search engines are fast",
    fix="set all four of its fields",
    references=(
        "CIS AWS 2.1.4",
        "FSBP S3.8",
        "checkov CKV_AWS_53",
        "checkov CKV_AWS_54",
        "checkov CKV_AWS_55",
        "checkov CKV_AWS_56",
    ),
)
def _blocked(block: Resource, _config: Node) -> Iterator[str]:
    fields = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    missing = [field for field in fields if block.inputs[field].is_not(True)]
    if missing:
        yield f"leaves {', '.join(missing)} out"


@rules.rule(
    "bucket-without-acls",
    *_part("OwnershipControls"),
    *BUCKETS,
    severity=Severity.HIGH,
    what="A policy alone says who reads a bucket",
    why="One object's own list opens it, and nobody sees that",
    fix="set objectOwnership to BucketOwnerEnforced, and leave acl out",
    references=(
        "FSBP S3.12",
        "FSBP S3.2",
        "FSBP S3.3",
        "checkov CKV2_AWS_65",
        "checkov CKV_AWS_20",
        "checkov CKV_AWS_57",
        "pulumi aws-s3-bucket-disallow-public-read",
    ),
)
def _acls(resource: Resource, _config: Node) -> Iterator[str]:
    if resource.type in BUCKETS:
        if resource.inputs["acl"].given and not resource.inputs["acl"].is_("private"):
            yield f"has the list {resource.inputs['acl'].text}"
    elif resource.inputs["rule.objectOwnership"].is_not("BucketOwnerEnforced"):
        yield "leaves objects with lists of their own"


@rules.rule(
    "bucket-encrypted",
    *_part("ServerSideEncryptionConfiguration"),
    severity=Severity.HIGH,
    what="A bucket's objects are encrypted",
    why="Whoever gets the disk reads them",
    fix="give it a rule with aws:kms, or AES256 where a service that writes can do no other",
    references=("checkov CKV_AWS_19", "pulumi aws-s3-bucket-enable-server-side-encryption"),
    config={"algorithms": ["aws:kms", "aws:kms:dsse", "AES256"]},
)
def _encrypted(resource: Resource, config: Node) -> Iterator[str]:
    given = resource.inputs["rules"]
    names = [rule["applyServerSideEncryptionByDefault.sseAlgorithm"] for rule in given.each()]
    if not given.opaque and (not names or any(name.is_not(*config["algorithms"].texts()) for name in names)):
        yield "encrypts by none of the allowed ways"


@rules.rule(
    "bucket-versioned",
    *_part("Versioning"),
    severity=Severity.MEDIUM,
    what="What was overwritten or deleted in a bucket can be had back",
    why="A slip is forever",
    fix="set the status to Enabled",
    references=("FSBP S3.14", "checkov CKV_AWS_21"),
)
def _versioned(resource: Resource, _config: Node) -> Iterator[str]:
    if resource.inputs["versioningConfiguration.status"].is_not("Enabled"):
        yield "keeps no earlier versions"


@rules.rule(
    "bucket-by-tls-only",
    *_part("Policy"),
    severity=Severity.HIGH,
    what="A bucket refuses requests without TLS",
    why="What is in it goes over networks as it is",
    fix="deny s3:* where aws:SecureTransport is false",
    references=("CIS AWS 2.1.1", "FSBP S3.5", "checkov CKV_AWS_379"),
)
def _tls_only(resource: Resource, _config: Node) -> Iterator[str]:
    policy = resource.inputs["policy"]
    denied = any(
        each["Effect"].is_("Deny") and each["Condition.Bool"].exactly("aws:SecureTransport").is_("false", False)
        for each in statements(policy)
    )
    if not policy.opaque and not denied:
        yield "answers without TLS, too"


@rules.rule(
    "bucket-policy-names-readers",
    *_part("Policy"),
    severity=Severity.CRITICAL,
    what="A bucket's policy allows those that it names",
    why="Everybody reads, or writes",
    fix="name a service, or a role of this account",
    references=("FSBP S3.2", "FSBP S3.3", "checkov CKV_AWS_70"),
)
def _readers(resource: Resource, _config: Node) -> Iterator[str]:
    for statement in allowing(resource.inputs["policy"]):
        if "*" in principals(statement, "AWS") and statement["Condition"].absent:
            yield f"allows everybody {', '.join(statement['Action'].texts())}"


@rules.rule(
    "bucket-locks-nobody-out",
    *_part("Policy"),
    severity=Severity.HIGH,
    what="A bucket's policy denies nobody everything",
    why="Only the account's root user can mend it",
    fix="add a condition to what it denies",
    references=("checkov CKV_AWS_93",),
)
def _locked_out(resource: Resource, _config: Node) -> Iterator[str]:
    for statement in statements(resource.inputs["policy"]):
        whole = {"*", "s3:*"} & set(statement["Action"].texts()) and "*" in principals(statement, "AWS")
        if statement["Effect"].is_("Deny") and whole and statement["Condition"].absent:
            yield "denies everybody everything"


@rules.rule(
    "bucket-expires",
    *_part("LifecycleConfiguration"),
    severity=Severity.LOW,
    what="Something in a bucket ends: objects, earlier versions, or uploads that were never finished",
    why="It grows forever, and what should be forgotten is there",
    fix="give it enabled rules with an end for each",
    references=("FSBP S3.10", "FSBP S3.13", "checkov CKV_AWS_300"),
)
def _expires(resource: Resource, _config: Node) -> Iterator[str]:
    given = resource.inputs["rules"]
    enabled = [rule for rule in given.each() if not rule["status"].is_not("Enabled")]
    for field, what in (
        ("noncurrentVersionExpiration.noncurrentDays", "earlier versions"),
        ("abortIncompleteMultipartUpload.daysAfterInitiation", "unfinished uploads"),
    ):
        if not given.opaque and not any(rule[field].given for rule in enabled):
            yield f"keeps {what} forever"


@rules.rule(
    "bucket-not-emptied",
    *BUCKETS,
    severity=Severity.HIGH,
    what="A bucket with something in it is not deleted along with its stack",
    why="Snapshots and logs are wanted just then",
    fix="leave forceDestroy out",
    config={"made_again": ["*-boot"]},
)
def _emptied(bucket: Resource, config: Node) -> Iterator[str]:
    made_again = any(fnmatchcase(bucket.name, each) for each in config["made_again"].texts())
    if bucket.inputs["forceDestroy"].is_(True) and not made_again:
        yield "is deleted with all that is in it"
