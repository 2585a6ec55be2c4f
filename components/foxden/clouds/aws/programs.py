"""The bucket that nodes fetch their programs from when they start."""

import base64
import json
from collections.abc import Iterable

import pulumi

from foxden.boot.program import Program
from foxden.clouds.aws.scope import Scope
from foxden.clouds.aws.storage import AES256, Keeping, closed_bucket, tls_only
from foxden.clouds.aws.waiting import after

STORE = "boot"


def create_store(scope: Scope, programs: Iterable[Program]) -> pulumi.Output[str]:
    """The bucket with the programs; its name, which whatever uses it waits for them by.

    Nothing in it is missed when it goes: each program can be put there again by whoever has the library.
    """
    keeping = Keeping(AES256, lambda arn: arn.apply(_policy), days=None, goes_with_all=True)
    name = closed_bucket(scope, STORE, keeping)
    return after(name, [create_program(scope, name, each) for each in programs])


def create_program(scope: Scope, bucket: pulumi.Input[str], program: Program) -> pulumi.Resource:
    """A program in the bucket. It stays when another one follows: nodes may still be started that ask for it."""
    import pulumi_aws as aws

    made: pulumi.Resource = aws.s3.BucketObjectv2(
        scope.logical(f"program-{program.checksum[:12]}"),
        bucket=bucket,
        key=program.key,
        content_base64=base64.b64encode(program.content).decode(),
        content_type="application/zip",
        # Without tags: an object takes ten at most. Its bucket has them all.
        opts=scope.options(retain_on_delete=True),
    )
    return made


def _policy(arn: str) -> str:
    return json.dumps(tls_only(arn), sort_keys=True)
