"""What etcd holds, kept in a bucket."""

import time

from .. import aws
from ..facts import Facts
from .etcd import Etcd


def take(facts: Facts, etcd: Etcd, why: str = "") -> str:
    """Put it into the bucket; gives the object's name, which ends with ``why``."""
    now = time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime())
    name = f"{facts.cluster}/etcd/{now}{why}.snap"
    aws.client(facts, "s3").put_object(Bucket=facts.snapshots, Key=name, Body=etcd.snapshot())
    return name
