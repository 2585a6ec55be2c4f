"""What both rafts hold, kept in a bucket."""

import time
from collections.abc import Mapping

from . import aws
from .api import Api, ApiError
from .facts import Facts
from .waiting import again, until

_PATHS = {"consul": "/v1/snapshot", "nomad": "/v1/operator/snapshot"}


def take(facts: Facts, apis: Mapping[str, Api]) -> list[str]:
    """Put one of each into the bucket; gives their names."""
    store = aws.client(facts, "s3")
    now = time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime())
    keys = {name: f"{facts.cluster}/{name}/{now}.snap" for name in _PATHS}
    for name, path in _PATHS.items():
        store.put_object(Bucket=facts.snapshots, Key=keys[name], Body=_taken(apis[name], path))
    return list(keys.values())


def _taken(api: Api, path: str) -> bytes:
    """A follower hands on its leader's, and its connection may be reset meanwhile: so it is asked again."""
    return again(lambda: api.patient().raw("GET", path))


def restore(facts: Facts, apis: Mapping[str, Api], name: str, key: str) -> None:
    """Put what the object holds in place of what there is. With Nomad's, the workers that it knows join again."""
    found = aws.client(facts, "s3").get_object(Bucket=facts.snapshots, Key=key)
    apis[name].patient().raw("PUT", _PATHS[name], found["Body"].read())
    if name == "nomad":
        until(lambda: _called(apis), 60, lambda: None)


def _called(apis: Mapping[str, Api]) -> bool:
    """Workers that lost all servers know no new ones. Before, these would have had them end their services."""
    for node in apis["nomad"].get("/v1/nodes"):
        try:
            apis["consul"].call("PUT", f"/v1/agent/join/{node['Address']}")
        except ApiError as error:
            print(f"{node['Name']} does not join: {error}", flush=True)
    return True
