"""A snapshot of etcd becomes the data that a new generation begins with."""

import shutil
import subprocess
from pathlib import Path

from .. import aws
from ..facts import Facts
from .etcd import peer_url
from .master import token

_ETCDUTL = "/usr/local/bin/etcdutl"


def restored(facts: Facts, name: str, data: Path) -> None:
    """Fetch the object of that name, and put what it holds into the folder: whole, or not at all."""
    data.parent.mkdir(parents=True, exist_ok=True)
    shutil.chown(data.parent, "etcd", "etcd")
    fetched = data.with_name(f".{data.name}.snapshot")
    fresh = data.with_name(f".{data.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    with fetched.open("wb") as file:
        aws.client(facts, "s3").download_fileobj(facts.snapshots, name, file, Config=aws.in_parts())
    command = [
        *(_ETCDUTL, "snapshot", "restore", str(fetched)),
        f"--data-dir={fresh}",
        f"--name={facts.name}",
        f"--initial-cluster={facts.name}={peer_url(facts.address)}",
        f"--initial-cluster-token={token(facts, int(data.name))}",
        f"--initial-advertise-peer-urls={peer_url(facts.address)}",
        # Watchers, who remember revisions, must not meet old ones again.
        *("--bump-revision=1000000000", "--mark-compacted"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        raise OSError(f"etcdutl: {(done.stderr or done.stdout).strip()[-500:]}")
    for each in (fresh, *fresh.rglob("*")):
        shutil.chown(each, "etcd", "etcd")
    fetched.unlink()
    fresh.rename(data)
