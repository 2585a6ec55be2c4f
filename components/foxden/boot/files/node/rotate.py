"""New keys in place of old ones, one step for each call, while everything goes on."""

from typing import Any

from . import access, credentials, kept
from .api import Api
from .authority import rotate_authority
from .facts import Facts
from .parameters import Parameters
from .steps import follow
from .waiting import again

_TRIES, _EVERY = 6, 5
"""How often all members are told of a key, and the seconds in between: gossip waits for their word for a few only."""


def rotate(what: str, facts: Facts, parameters: Parameters, consul: Api, nomad: Api) -> str:
    """Do the next step for ``gossip``, ``tokens`` or ``authority``. What was done, for people.

    SystemExit while it is too early.
    """
    if what == "gossip":
        _consul_gossip(consul, parameters)
        _nomad_gossip(nomad, parameters)
        return "Gossip is encrypted with new keys; the old ones are gone."
    if what == "tokens":
        return _tokens(facts, parameters, consul, nomad)
    return rotate_authority(facts, parameters, facts.follow_within, facts.follow_within)


def _consul_gossip(api: Api, parameters: Parameters) -> None:
    key, path = credentials.gossip_key(), "/v1/operator/keyring"
    _told(api, "POST", path, key)
    parameters.replace(credentials.CONSUL_GOSSIP, key)
    _told(api, "PUT", path, key)
    for old in {old for ring in _listed(api, path) for old in ring["Keys"]} - {key}:
        _told(api, "DELETE", path, old)


def _nomad_gossip(api: Api, parameters: Parameters) -> None:
    key, path = credentials.gossip_key(), "/v1/agent/keyring"
    _told(api, "POST", f"{path}/install", key)
    parameters.replace(credentials.NOMAD_GOSSIP, key)
    _told(api, "POST", f"{path}/use", key)
    for old in set(_listed(api, f"{path}/list")["Keys"]) - {key}:
        _told(api, "POST", f"{path}/remove", old)


def _told(api: Api, method: str, path: str, key: str) -> None:
    """Have all members do something with a key. Where one is too busy to say that it has, all are told again.

    That changes nothing for those that have; a key that only some had would cut the others off.
    """
    again(lambda: api.call(method, path, {"Key": key}), _TRIES, _EVERY)


def _listed(api: Api, path: str) -> Any:
    """The keys that all members say they have."""
    return again(lambda: api.get(path), _TRIES, _EVERY)


def _tokens(facts: Facts, parameters: Parameters, consul: Api, nomad: Api) -> str:
    made = nomad.call("POST", "/v1/acl/token", {"Name": "foxden-management", "Type": "management"})
    parameters.replace(credentials.NOMAD_MANAGEMENT, made["SecretID"])
    access.renew_consul(facts, consul, parameters)
    for name in (
        credentials.OPERATORS_NOMAD,
        *(kept.pool_secret(pool, "drain-token") for pool in kept.pools(parameters)),
    ):
        parameters.forget(name)
    within = facts.follow_within
    return f"There are new tokens. {follow(within)} The old ones end after {3 * within} seconds."
