"""New keys in place of old ones, one step for each call, while everything goes on."""

from . import access, credentials, kept
from .api import Api
from .authority import rotate_authority
from .facts import Facts
from .parameters import Parameters
from .steps import follow


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
    api.call("POST", path, {"Key": key})
    parameters.replace(credentials.CONSUL_GOSSIP, key)
    api.call("PUT", path, {"Key": key})
    for old in {old for ring in api.get(path) for old in ring["Keys"]} - {key}:
        api.call("DELETE", path, {"Key": old})


def _nomad_gossip(api: Api, parameters: Parameters) -> None:
    key, path = credentials.gossip_key(), "/v1/agent/keyring"
    api.call("POST", f"{path}/install", {"Key": key})
    parameters.replace(credentials.NOMAD_GOSSIP, key)
    api.call("POST", f"{path}/use", {"Key": key})
    for old in set(api.get(f"{path}/list")["Keys"]) - {key}:
        api.call("POST", f"{path}/remove", {"Key": old})


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
