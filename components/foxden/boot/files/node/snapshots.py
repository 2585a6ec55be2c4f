"""What both rafts hold, kept in a bucket."""

import time
from collections.abc import Mapping

from . import aws
from .api import Api
from .facts import Facts

_PATHS = {"consul": "/v1/snapshot", "nomad": "/v1/operator/snapshot"}


def take(facts: Facts, apis: Mapping[str, Api]) -> list[str]:
    """Put one of each into the bucket; gives their names."""
    store = aws.client(facts, "s3")
    now = time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime())
    keys = {name: f"{facts.cluster}/{name}/{now}.snap" for name in _PATHS}
    for name, path in _PATHS.items():
        store.put_object(Bucket=facts.snapshots, Key=keys[name], Body=apis[name].raw("GET", path))
    return list(keys.values())


def restore(facts: Facts, api: Api, name: str, key: str) -> None:
    """Put what the object holds in place of what there is."""
    found = aws.client(facts, "s3").get_object(Bucket=facts.snapshots, Key=key)
    api.raw("PUT", _PATHS[name], found["Body"].read())
