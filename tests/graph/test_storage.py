"""Buckets, and names inside a network."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

import foxden
from foxden.clouds.aws.storage import bucket_policy
from foxden.clouds.edge import BucketPurpose
from tests.mocks import Failed, Recorded, run

lib: Any = foxden

S3 = "aws:s3/"
BUCKET = f"{S3}bucket:Bucket"
ENCRYPTION = f"{S3}bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
ACCOUNT = {"aws:index/getCallerIdentity:getCallerIdentity": lambda _: {"accountId": "123456789012"}}


def answer(kind: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What Amazon makes of it."""
    return {"arn": f"arn:aws:s3:::{name}"} if kind == BUCKET else {}


def bucket(**args: Any) -> Recorded:
    """A bucket with these args."""
    whole = {"cloud": "aws", "purpose": "access-logs", **args}
    return run(lambda: lib.Bucket("dev-logs", whole), answer=answer, functions=ACCOUNT)


def refused(program: Any) -> list[str]:
    """What is said of bad args; nothing may have been registered."""
    with pytest.raises(Failed) as caught:
        run(program)
    assert isinstance(caught.value.error, foxden.InvalidInput), caught.value.error
    assert caught.value.recorded.resources == []
    return str(caught.value).splitlines()


@pytest.mark.parametrize("purpose", list(BucketPurpose))
def test_a_bucket_is_closed_encrypted_and_keeps_old_versions(purpose: BucketPurpose) -> None:
    done = bucket(purpose=str(purpose), tags={"environment": "dev"})
    assert done.one(BUCKET).inputs == {
        "bucketPrefix": "dev-logs-",
        "forceDestroy": False,
        "tags": {"environment": "dev", "component": str(purpose), "Name": "foxden-dev-logs"},
    }
    closed = done.one(f"{S3}bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert [closed[switch] for switch in switches] == [True] * 4
    versions = done.one(f"{S3}bucketVersioning:BucketVersioning").inputs
    assert versions["versioningConfiguration"] == {"status": "Enabled"}
    owner = done.one(f"{S3}bucketOwnershipControls:BucketOwnershipControls").inputs
    assert owner["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


@pytest.mark.parametrize(("purpose", "algorithm"), [("access-logs", "AES256"), ("snapshots", "aws:kms")])
def test_how_a_bucket_is_encrypted(purpose: str, algorithm: str) -> None:
    (rule,) = bucket(purpose=purpose).one(ENCRYPTION).inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": algorithm}


def test_its_name_is_known_when_all_that_protects_it_is_there() -> None:
    def program() -> None:
        made = lib.Bucket("dev-logs", {"cloud": "aws", "purpose": "access-logs"})
        pulumi.CustomResource("test:index:User", "user", {"bucket": made.bucket})

    done = run(program, answer=answer, functions=ACCOUNT)
    protection = {each.urn for each in done.resources if each.custom and each.name == "dev-logs"}
    assert len(protection) == 7
    assert done.one("test:index:User").depends_on == protection


def test_things_go_after_their_time() -> None:
    kind = f"{S3}bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    (rule,) = bucket(purpose="snapshots").one(kind).inputs["rules"]
    assert (rule["status"], rule["expiration"], rule["filter"]) == ("Enabled", {"days": 30}, {"prefix": ""})
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 30}
    (rule,) = bucket(days=7).one(kind).inputs["rules"]
    assert rule["expiration"] == {"days": 7}


def test_a_bucket_that_may_go_with_all_in_it() -> None:
    assert bucket(protect=False).one(BUCKET).inputs["forceDestroy"] is True


def test_balancers_may_write_into_a_bucket_of_logs_and_nobody_comes_without_tls() -> None:
    policy = json.loads(bucket().one(f"{S3}bucketPolicy:BucketPolicy").inputs["policy"])
    assert policy == bucket_policy("arn:aws:s3:::dev-logs", BucketPurpose.ACCESS_LOGS, "123456789012")
    denied, allowed = policy["Statement"]
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert allowed["Resource"] == "arn:aws:s3:::dev-logs/*AWSLogs/123456789012/*"
    assert allowed["Action"] == "s3:PutObject"
    assert len(bucket_policy("arn:x", BucketPurpose.SNAPSHOTS, "1")["Statement"]) == 1


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ({"purpose": None}, "purpose must be given"),
        ({"purpose": "logs"}, "purpose must be one of access-logs, snapshots, got 'logs'"),
        ({"cloud": "gcp"}, "cloud must be one of aws, got 'gcp'"),
        ({"days": 0}, "days must be from 1 to 3650, got 0"),
        ({"day": 1}, "day is not a known field, did you mean 'days'?"),
    ],
)
def test_bad_args_of_a_bucket(args: Any, line: str) -> None:
    whole = {"cloud": "aws", "purpose": "access-logs", **args}
    assert refused(lambda: lib.Bucket("dev-logs", whole)) == [f"bucket 'dev-logs': {line}"]


# Names inside a network

NETWORK = {"cloud": "aws", "id": "vpc-1", "cidr": "10.20.0.0/16", "zones": {"eu-central-1a": {"private": "subnet-1"}}}


def test_a_zone_is_known_in_its_network_alone() -> None:
    records = {"db": "db-1.rds.example"}
    args = {"network": NETWORK, "domain": "dev.foxden.internal", "records": records}
    done = run(lambda: lib.PrivateZone("dev", args))
    zone = done.one("aws:route53/zone:Zone").inputs
    assert (zone["name"], zone["vpcs"]) == ("dev.foxden.internal", [{"vpcId": "vpc-1"}])
    assert zone["tags"] == {"component": "zone", "Name": "foxden-dev"}
    record = done.one("aws:route53/record:Record", "dev-db").inputs
    assert (record["name"], record["type"], record["records"]) == (
        "db.dev.foxden.internal",
        "CNAME",
        ["db-1.rds.example"],
    )


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ({"network": None}, "network must be given"),
        ({"domain": "Dev"}, "domain must be a host name in lower case, got 'Dev'"),
        ({"records": {"D B": "x"}}, "records.D B must be a host name in lower case, got 'D B'"),
        ({"records": ["db"]}, "records must be a mapping, got ['db']"),
    ],
)
def test_bad_args_of_a_zone(args: Any, line: str) -> None:
    whole = {"network": NETWORK, "domain": "dev.foxden.internal", **args}
    assert refused(lambda: lib.PrivateZone("dev", whole)) == [f"zone 'dev': {line}"]
