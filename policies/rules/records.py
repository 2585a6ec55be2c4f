"""Keys, logs and queues: who can read afterwards what was written, and for how long."""

from collections.abc import Iterator

from policies.model import Resource, Severity
from policies.node import Node
from policies.permissions import allowing, principals
from policies.rule import Domain

rules = Domain("records")

KEY, KEY_POLICY = "aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy"
LOG_GROUP, QUEUE = "aws:cloudwatch/logGroup:LogGroup", "aws:sqs/queue:Queue"
ZONE = "aws:route53/zone:Zone"


@rules.rule(
    "key-rotates",
    KEY,
    severity=Severity.MEDIUM,
    what="A key is exchanged every year",
    why="Whoever got it once reads everything forever",
    fix="set enableKeyRotation",
    references=(
        "CIS AWS 3.6",
        "FSBP KMS.4",
        "checkov CKV_AWS_7",
        "awsguard cmk-backing-key-rotation-enabled",
        "pulumi aws-kms-key-enable-key-rotation",
    ),
)
def _rotates(key: Resource, _config: Node) -> Iterator[str]:
    usage = key.inputs["keyUsage"]
    symmetric = usage.absent or usage.is_("ENCRYPT_DECRYPT")
    if symmetric and key.inputs["enableKeyRotation"].is_not(True):
        yield "stays the same forever"


@rules.rule(
    "key-deleted-slowly",
    KEY,
    severity=Severity.HIGH,
    what="There is time to take the deletion of a key back",
    why="All that it encrypted is gone with it",
    fix="set deletionWindowInDays",
    references=("FSBP KMS.3",),
    config={"days": 7},
)
def _deleted_slowly(key: Resource, config: Node) -> Iterator[str]:
    window = key.inputs["deletionWindowInDays"]
    if window.given and window.below(config["days"].number or 0):
        yield f"is gone {window.number or 0:.0f} days after a mistake"


@rules.rule(
    "key-enabled",
    KEY,
    severity=Severity.MEDIUM,
    what="A key that is kept can be used",
    why="What it encrypted can't be read, and that is found out when it must be",
    fix="leave isEnabled out",
    references=("checkov CKV_AWS_227",),
)
def _enabled(key: Resource, _config: Node) -> Iterator[str]:
    if key.inputs["isEnabled"].is_(False):
        yield "is disabled"


@rules.rule(
    "key-described",
    KEY,
    severity=Severity.LOW,
    what="A key says what it is for",
    why="Nobody dares to delete it",
    fix="give it a description",
    references=("pulumi aws-kms-key-missing-description",),
)
def _described(key: Resource, _config: Node) -> Iterator[str]:
    if key.inputs["description"].absent:
        yield "has no description"


@rules.rule(
    "key-keeps-its-owner",
    KEY,
    KEY_POLICY,
    severity=Severity.CRITICAL,
    what="A key's policy can't lock its account out",
    why="Nobody can change it, delete it, or read what it encrypted",
    fix="leave bypassPolicyLockoutSafetyCheck out",
    references=("pulumi aws-kms-key-disallow-bypass-policy-lockout-safety-check",),
)
def _owner(resource: Resource, _config: Node) -> Iterator[str]:
    if resource.inputs["bypassPolicyLockoutSafetyCheck"].is_(True):
        yield "may be given a policy that locks its account out"


@rules.rule(
    "key-not-public",
    KEY,
    KEY_POLICY,
    severity=Severity.CRITICAL,
    what="A key's policy allows those that it names",
    why="Everybody with an account of AWS decrypts",
    fix="name the account's root, and let IAM decide",
    references=("FSBP KMS.5", "checkov CKV_AWS_33"),
)
def _public(resource: Resource, _config: Node) -> Iterator[str]:
    for statement in allowing(resource.inputs["policy"]):
        if "*" in principals(statement, "AWS") and statement["Condition"].absent:
            yield f"allows everybody {', '.join(statement['Action'].texts())}"


@rules.rule(
    "log-kept-long-enough",
    LOG_GROUP,
    severity=Severity.MEDIUM,
    what="A log is kept for a time that was chosen, and that is long enough",
    why="It is gone when somebody asks, or kept and paid for forever",
    fix="set retentionInDays to the rule's number at least",
    references=("checkov CKV_AWS_66", "checkov CKV_AWS_338"),
    config={"days": 30},
)
def _kept(group: Resource, config: Node) -> Iterator[str]:
    days = group.inputs["retentionInDays"]
    if days.absent or days.is_(0):
        yield "is kept forever"
    elif days.below(config["days"].number or 0):
        yield f"is kept for {days.number or 0:.0f} days"


@rules.rule(
    "log-encrypted",
    LOG_GROUP,
    severity=Severity.LOW,
    what="A log is encrypted with a key of this account",
    why="Nobody can take the right to read it away",
    fix="give it a kmsKeyId",
    references=("checkov CKV_AWS_158",),
)
def _log_encrypted(group: Resource, _config: Node) -> Iterator[str]:
    if group.inputs["kmsKeyId"].absent:
        yield "is encrypted with a key that nobody sees"


@rules.rule(
    "queue-encrypted",
    QUEUE,
    severity=Severity.MEDIUM,
    what="A queue's messages are encrypted",
    why="Whoever gets the disk reads them",
    fix="leave sqsManagedSseEnabled out, or give it a kmsMasterKeyId",
    references=("FSBP SQS.1", "checkov CKV_AWS_27"),
)
def _queue(queue: Resource, _config: Node) -> Iterator[str]:
    if queue.inputs["sqsManagedSseEnabled"].is_(False) and queue.inputs["kmsMasterKeyId"].absent:
        yield "keeps messages as they are"


@rules.rule(
    "queue-not-public",
    "aws:sqs/queuePolicy:QueuePolicy",
    QUEUE,
    severity=Severity.HIGH,
    what="A queue's policy allows those that it names",
    why="Everybody tells machines that they must go",
    fix="name the service, with a condition on its rule",
    references=("checkov CKV_AWS_168",),
)
def _queue_public(resource: Resource, _config: Node) -> Iterator[str]:
    for statement in allowing(resource.inputs["policy"]):
        if "*" in principals(statement, "AWS") and statement["Condition"].absent:
            yield f"allows everybody {', '.join(statement['Action'].texts())}"


@rules.rule(
    "zone-not-emptied",
    ZONE,
    severity=Severity.HIGH,
    what="A DNS zone with records in it is not deleted along with its stack",
    why="Every name is gone, and the new zone has other name servers",
    fix="leave forceDestroy out",
)
def _zone(zone: Resource, _config: Node) -> Iterator[str]:
    if zone.inputs["forceDestroy"].is_(True):
        yield "is deleted with all records in it"
