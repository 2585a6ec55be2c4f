"""What etcd holds, kept in a bucket."""

import tempfile
import time
from pathlib import Path

from .. import aws
from ..facts import Facts
from .etcd import Etcd

FOLDER = Path("/var/lib/foxden")
"""Where one is on its way, on the disk: what is temporary may be kept in memory."""


def take(facts: Facts, etcd: Etcd, why: str = "") -> str:
    """Put it into the bucket; gives the object's name, which ends with ``why``."""
    now = time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime())
    name = f"{facts.cluster}/etcd/{now}{why}.snap"
    # It has no name, so that nothing of it is left behind where this ends in between.
    with tempfile.TemporaryFile(dir=FOLDER) as file:
        etcd.snapshot(file)
        file.seek(0)
        aws.client(facts, "s3").upload_fileobj(file, facts.snapshots, name, Config=aws.in_parts())
    return name
