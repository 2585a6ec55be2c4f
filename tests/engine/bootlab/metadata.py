"""The instance metadata service, version 2 only: who asks is known by the address that the question comes from."""

import datetime
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.engine.bootlab.network import METADATA
from tests.engine.bootlab.serving import Answering, serving

ACCOUNT = "123456789012"

Tree: TypeAlias = "Mapping[str, Tree] | str"


@dataclass
class Facts:
    """What the service knows about an instance."""

    instance: str
    address: str
    zone: str
    image: str
    kind: str
    mac: str
    user_data: bytes
    profile: str
    """The name of its instance profile."""
    tags: Mapping[str, str] = field(default_factory=dict)
    target_state: str = "InService"
    """The state that its group means it to be in."""
    spot: bool = False
    notices: dict[str, str] = field(default_factory=dict)
    """Path below ``meta-data`` -> what it says: ``spot/instance-action``."""


Credentials: TypeAlias = Callable[[str], tuple[str, Mapping[str, str]]]
"""Name of an instance profile -> name of its role, and keys of that role."""


def identity(profile: str, credentials: Credentials) -> Mapping[str, Tree]:
    """What lies below ``iam``."""
    role, keys = credentials(profile)
    arn = f"arn:aws:iam::{ACCOUNT}:instance-profile/{profile}"
    return {
        "info": json.dumps({"Code": "Success", "InstanceProfileArn": arn}),
        "security-credentials": {role: json.dumps({"Code": "Success", "Type": "AWS-HMAC", **keys})},
    }


def tree(facts: Facts, iam: Mapping[str, Tree]) -> Mapping[str, Tree]:
    """All that it answers one instance with."""
    region = facts.zone[:-1]
    name = f"ip-{facts.address.replace('.', '-')}"
    document = {
        "accountId": ACCOUNT,
        "architecture": "x86_64",
        "availabilityZone": facts.zone,
        "imageId": facts.image,
        "instanceId": facts.instance,
        "instanceType": facts.kind,
        "privateIp": facts.address,
        "region": region,
        "version": "2017-09-30",
    }
    interface = {"device-number": "0", "local-ipv4s": facts.address, "mac": facts.mac, "owner-id": ACCOUNT}
    meta: dict[str, Tree] = {
        "ami-id": facts.image,
        "ami-launch-index": "0",
        "autoscaling": {"target-lifecycle-state": facts.target_state},
        "hostname": name,
        "instance-id": facts.instance,
        "instance-life-cycle": "spot" if facts.spot else "on-demand",
        "instance-type": facts.kind,
        "local-hostname": name,
        "local-ipv4": facts.address,
        "mac": facts.mac,
        "network": {"interfaces": {"macs": {facts.mac: interface}}},
        "placement": {"availability-zone": facts.zone, "region": region},
        "reservation-id": "r-1",
        "security-groups": "default",
        "services": {"domain": "amazonaws.com", "partition": "aws"},
        "tags": {"instance": dict(facts.tags)},
    }
    if iam:
        meta["iam"] = iam
    for path, said in facts.notices.items():
        *parents, last = path.split("/")
        branch = meta
        for parent in parents:
            branch = branch.setdefault(parent, {})  # type: ignore[assignment]
        branch[last] = said
    return {"meta-data": meta, "dynamic": {"instance-identity": {"document": json.dumps(document)}}}


def found(root: Tree, path: list[str]) -> str | None:
    """What is at a path: a value, or a list of what lies below."""
    for part in path:
        if isinstance(root, str) or part not in root:
            return None
        root = root[part]
    if isinstance(root, str):
        return root
    slashed = path[-1:] != ["security-credentials"]
    names = [name if isinstance(below, str) or not slashed else f"{name}/" for name, below in root.items()]
    return "\n".join(names)


@contextmanager
def metadata(
    who: Callable[[str], Facts | None], credentials: Credentials, address: tuple[str, int] = (METADATA, 80)
) -> Iterator[None]:
    """The service answers while the block runs. ``who`` finds an instance by its address."""
    tokens: dict[str, float] = {}

    class Metadata(Answering):
        def do_PUT(self) -> None:
            seconds = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds")
            if self.path != "/latest/api/token" or not seconds:
                return self.say(400)
            token = secrets.token_urlsafe(32)
            tokens[token] = time.monotonic() + int(seconds)
            return self.say(200, token, {"X-aws-ec2-metadata-token-ttl-seconds": seconds})

        def do_GET(self) -> None:
            if tokens.get(self.headers.get("X-aws-ec2-metadata-token", ""), 0) < time.monotonic():
                return self.say(401)
            facts = who(self.client_address[0])
            path = [part for part in self.path.partition("?")[0].split("/") if part]
            if not path:
                return self.say(200, "2009-04-04\n2018-09-24\n2021-03-23\nlatest")
            if facts is None:
                return self.say(404)
            if path[1:] == ["user-data"] and facts.user_data:
                return self.say(200, facts.user_data)
            asked = facts.profile and path[1:3] == ["meta-data", "iam"]
            said = found(tree(facts, identity(facts.profile, credentials) if asked else {}), path[1:])
            return self.say(404) if said is None else self.say(200, said)

    with serving(address, Metadata):
        yield


def notice(seconds: float) -> str:
    """A moment from now, as the service writes it."""
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
