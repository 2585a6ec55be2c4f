"""New keys in place of old ones, one step for each call, while everything goes on."""

from . import access, credentials
from .api import Api
from .certificates import new_authority, pair
from .facts import Facts
from .parameters import Parameters

_NEXT_AUTHORITY = "servers/next-ca-key"


def rotate(what: str, facts: Facts, parameters: Parameters, consul: Api, nomad: Api) -> str:
    """Do the next step for ``gossip``, ``tokens`` or ``authority``. What was done, for people."""
    if what == "gossip":
        _consul_gossip(consul, parameters)
        _nomad_gossip(nomad, parameters)
        return "Gossip is encrypted with new keys; the old ones are gone."
    if what == "tokens":
        return _tokens(facts, parameters, consul, nomad)
    return _authority(facts, parameters)


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
    pools = credentials.pools(parameters)
    for name in (
        credentials.CONSUL_MANAGEMENT,
        credentials.SERVERS_CONSUL,
        credentials.OPERATORS_CONSUL,
        *(credentials.pool_secret(pool, "consul-token") for pool in pools),
    ):
        parameters.replace(name, credentials.token())
    # By the old token and at once: a leader that has the new one already could not make it known.
    access.keep_consul(facts, consul, parameters)
    for name in (credentials.OPERATORS_NOMAD, *(credentials.pool_secret(pool, "drain-token") for pool in pools)):
        parameters.forget(name)
    return f"There are new tokens. {_follow(facts)} The old ones end after {3 * facts.follow_within} seconds."


def _authority(facts: Facts, parameters: Parameters) -> str:
    current = pair(parameters.read(credentials.AUTHORITY) or "")
    trusted = parameters.read(credentials.PUBLIC_AUTHORITY) or ""
    coming = parameters.read(_NEXT_AUTHORITY)
    if coming is None and trusted == current.certificate:
        fresh = new_authority(facts.cluster)
        parameters.once(_NEXT_AUTHORITY, fresh.text)
        parameters.replace(credentials.PUBLIC_AUTHORITY, current.certificate + fresh.certificate, public=True)
        return f"Step 1 of 3: a new authority is trusted beside the old one. {_follow(facts)} Then call this again."
    if coming is not None:
        parameters.replace(credentials.AUTHORITY, coming)
        parameters.forget(_NEXT_AUTHORITY)
        return f"Step 2 of 3: certificates are signed by the new authority. {_follow(facts)} Then call this again."
    parameters.replace(credentials.PUBLIC_AUTHORITY, current.certificate, public=True)
    return f"Step 3 of 3: the old authority is trusted no more. {_follow(facts)}"


def _follow(facts: Facts) -> str:
    return f"Every node follows within {facts.follow_within} seconds."
