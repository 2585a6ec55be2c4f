"""The bucket that nodes fetch their programs from, and who waits for what is in it."""

import base64
import hashlib
import json
from typing import Any

import pulumi
import pytest

from foxden.boot.node import Role
from foxden.schedulers.nomad import nodes
from tests.graph.graphs import CORE, FACTS, TAGS, core, lib, pool, recorded, told, whole
from tests.mocks import UNKNOWN, Failed, Recorded, Resource

S3 = "aws:s3/"
BUCKET = f"{S3}bucket:Bucket"
PROGRAM = f"{S3}bucketObjectv2:BucketObjectv2"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GROUP = "aws:autoscaling/group:Group"
PROGRAMS = {role: nodes.program(role) for role in Role}


def programs(done: Recorded) -> dict[str, Any]:
    """Checksum to the object."""
    return {each.inputs["key"].removeprefix("programs/")[:64]: each for each in done.of_type(PROGRAM).values()}


def waited_for(done: Recorded, resource: Resource) -> set[str]:
    """The URNs of all that a resource waits for, and what that waits for."""
    found: set[str] = set()
    pending = [resource]
    while pending:
        fresh = pending.pop().depends_on - found
        found |= fresh
        pending += [each for each in done.resources if each.urn in fresh]
    return found


def test_the_bucket_is_closed_encrypted_tagged_and_keeps_programs_for_good() -> None:
    done = core()
    assert done.one(BUCKET).inputs == {
        "bucketPrefix": "dev-boot-",
        "forceDestroy": True,
        "tags": {**TAGS, "component": "servers", "Name": "foxden-dev-boot"},
    }
    closed = done.one(f"{S3}bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    assert [value for key, value in closed.items() if key != "bucket"] == [True] * 4
    assert done.one(f"{S3}bucketVersioning:BucketVersioning").inputs["versioningConfiguration"]["status"] == "Enabled"
    kind = f"{S3}bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    (rule,) = done.one(kind).inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}
    (rule,) = done.one(f"{S3}bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs["rules"]
    assert "expiration" not in rule and rule["noncurrentVersionExpiration"] == {"noncurrentDays": 30}
    (denied,) = json.loads(done.one(f"{S3}bucketPolicy:BucketPolicy").inputs["policy"])["Statement"]
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_both_roles_programs_are_in_it_by_what_they_are_and_stay() -> None:
    found = programs(core())
    assert found.keys() == {each.checksum for each in PROGRAMS.values()}
    for checksum, each in found.items():
        assert each.retained
        assert each.name == f"dev-program-{checksum[:12]}"
        assert hashlib.sha256(base64.b64decode(each.inputs["contentBase64"])).hexdigest() == checksum


@pytest.mark.parametrize(("bootstrap", "kind"), [("asg", GROUP), ("ec2", "aws:ec2/instance:Instance")])
def test_servers_start_when_their_program_is_there(bootstrap: str, kind: str) -> None:
    done = core(bootstrap=bootstrap)
    for machine in done.of_type(kind).values():
        assert {each.urn for each in done.resources if each.type.startswith(S3)} <= waited_for(done, machine)


def test_machines_are_told_which_one_they_are_to_fetch_and_may() -> None:
    done = whole()
    for name, role in (("dev-servers", Role.SERVER), ("general", Role.WORKER)):
        bucket = "Bucket dev-boot"
        assert f'"{bucket}", "{PROGRAMS[role].key}", "{PROGRAMS[role].checksum}"' in told(done.one(TEMPLATE, name))
        policy = json.loads(done.one("aws:iam/rolePolicy:RolePolicy", f"{name}-node").inputs["policy"])
        (right,) = [each for each in policy["Statement"] if each["Sid"] == "FetchPrograms"]
        assert right["Resource"] == [f"arn:aws:s3:::{bucket}/programs/*"]


def test_pools_wait_for_the_clusters_programs_and_have_none_of_their_own() -> None:
    done = whole()
    found = {each.urn for each in done.of_type(PROGRAM).values()}
    assert len(found) == 2
    assert all(found <= waited_for(done, each) for each in done.of_type(GROUP).values())
    assert pool().of_type(PROGRAM) == {}


def test_a_pool_of_another_version_brings_its_own() -> None:
    """Its cluster was made by a library whose nodes run other programs."""
    done = pool(cluster={**FACTS, "store": {"bucket": "dev-boot-1", "programs": ["0" * 64]}})
    own = programs(done)[PROGRAMS[Role.WORKER].checksum]
    assert (own.inputs["bucket"], own.retained, own.name[:16]) == ("dev-boot-1", True, "general-program-")
    assert own.urn in done.one(GROUP).depends_on
    assert '"dev-boot-1"' in told(done.one(TEMPLATE))


def test_what_a_core_says_is_enough_for_a_pool_elsewhere() -> None:
    facts: dict[str, Any] = {}
    recorded(lambda: facts.update(lib.CoreCluster("dev", {**CORE, "network": FACTS["network"]}).facts["store"]))
    assert facts["programs"] == [PROGRAMS[role].checksum for role in Role]
    assert isinstance(facts["bucket"], pulumi.Output)


def test_a_bucket_that_is_not_there_yet_has_no_name() -> None:
    assert {each.inputs["userData"] for each in whole(preview=True).of_type(TEMPLATE).values()} == {UNKNOWN}


def test_too_much_is_said_in_the_first_preview_all_the_same() -> None:
    noise = {f"key-{number}": hashlib.sha512(b"%d" % number).hexdigest() for number in range(300)}
    with pytest.raises(Failed, match=r"user-data has [0-9]+ bytes when compressed, [0-9]+ more than the 16384"):
        pool(preview=True, meta=noise)
