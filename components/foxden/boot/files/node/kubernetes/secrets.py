"""The cluster's secrets by name, and how each is made when nobody has made it yet."""

import base64
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..certificates import Pair, new_authority, new_key, pair
from ..facts import Facts
from ..kept import AUTHORITY, PUBLIC_AUTHORITY
from ..parameters import Parameters

ETCD_AUTHORITY = "servers/etcd-ca-key"
PROXY_AUTHORITY = "servers/front-proxy-ca-key"
ACCOUNT_KEYS = "servers/service-account-keys"
"""A JSON list of private keys: the first signs the tokens of service accounts, all are known."""
ENCRYPTION_KEYS = "servers/encryption-keys"
"""A JSON list of ``[name, key]``: by the first what is secret is encrypted in etcd, all can decrypt."""
OPERATORS = "operators/kubernetes-token"
VERSION = "servers/kubernetes-version"
"""The lowest version of the API that masters serve. Not secret."""


@dataclass(frozen=True)
class MasterSecrets:
    """What a master's parts are configured with."""

    authority: Pair
    """What signs now."""
    trusted: str
    """The certificates of all authorities that are trusted, as PEM."""
    etcd: Pair
    proxy: Pair
    account_keys: tuple[str, ...]
    encryption_keys: tuple[tuple[str, str], ...]


def encryption_key() -> tuple[str, str]:
    """A new key of 32 bytes, with a name that no other has."""
    return f"key-{os.urandom(4).hex()}", base64.b64encode(os.urandom(32)).decode()


def of_master(facts: Facts, parameters: Parameters) -> MasterSecrets:
    """A master's: whichever master is first makes what isn't there."""

    def authority(name: str, purpose: str) -> Pair:
        return pair(parameters.once(name, lambda: new_authority(f"{facts.cluster}{purpose}").text()))

    def listed(name: str, first: Callable[[], object]) -> list[Any]:
        found: list[Any] = json.loads(parameters.once(name, lambda: json.dumps([first()])))
        return found

    cluster = authority(AUTHORITY, "")
    keys: list[Any] = listed(ENCRYPTION_KEYS, encryption_key)
    return MasterSecrets(
        authority=cluster,
        trusted=parameters.once(PUBLIC_AUTHORITY, lambda: cluster.certificate, public=True),
        etcd=authority(ETCD_AUTHORITY, " etcd"),
        proxy=authority(PROXY_AUTHORITY, " front proxy"),
        account_keys=tuple(str(key) for key in listed(ACCOUNT_KEYS, new_key)),
        encryption_keys=tuple((str(name), str(key)) for name, key in keys),
    )
