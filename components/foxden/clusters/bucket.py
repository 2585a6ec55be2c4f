"""The ``Bucket`` component: where logs and snapshots are kept."""

from collections.abc import Mapping
from typing import NotRequired, Optional, TypedDict

import pulumi

from foxden.clouds.edge import BucketPurpose, edge
from foxden.clusters.options import children
from foxden.clusters.read_edge import read_bucket
from foxden.errors import check


class BucketArgs(TypedDict):
    """A bucket, and what it is for."""

    cloud: str
    """The cloud that keeps it: ``aws``."""
    purpose: BucketPurpose
    """``access-logs`` or ``snapshots``."""
    days: NotRequired[int]
    """How long things stay in it, 1 to 3650 days. Default: 90 for logs, 30 for snapshots."""
    protect: NotRequired[bool]
    """Whether it can't be taken away with things in it. Default: true."""
    tags: NotRequired[Mapping[str, str]]
    """Tags, such as environment, owner and cost centre. Default: none."""


class Bucket(pulumi.ComponentResource):
    """A bucket that is encrypted, keeps old versions, is closed to the public and reached through TLS alone."""

    bucket: pulumi.Output[str]
    """Its name, known when all that protects it is there."""

    def __init__(self, name: str, args: BucketArgs, opts: Optional[pulumi.ResourceOptions] = None) -> None:
        plan, chosen, problems = read_bucket(name, args, BucketArgs)
        check(problems)
        super().__init__("foxden:index:Bucket", name, None, opts)
        self.bucket = edge(chosen).create_bucket(plan, children(self, opts))
        self.register_outputs({"bucket": self.bucket})
