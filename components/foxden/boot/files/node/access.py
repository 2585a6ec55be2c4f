"""Who may do what in Consul and Nomad: kept by the server that leads Consul. Harmless to repeat."""

from datetime import datetime, timezone
from typing import Any

from . import consul, nomad
from .api import Api, ApiError
from .certificates import is_good, issue, pair
from .credentials import (
    CONSUL_MANAGEMENT,
    NOMAD_MANAGEMENT,
    OPERATORS_CONSUL,
    OPERATORS_NOMAD,
    SERVERS_CONSUL,
    token,
)
from .facts import Facts
from .kept import AUTHORITY, PUBLIC_AUTHORITY, pool_secret, pools
from .parameters import Parameters

_FIRST_OF_CONSUL = "Initial Management Token"
_FIRST = ("Bootstrap Token", "foxden-management")
"""Names of Nomad's management tokens that are the servers' own."""


def keep_consul(facts: Facts, api: Api, parameters: Parameters) -> None:
    """The tokens of nodes and operators, and what anyone may read."""
    _consul_policy(api, "foxden-anonymous", consul.ANONYMOUS_RULES)
    anonymous = {"AccessorID": consul.ANONYMOUS, "Policies": [{"Name": "foxden-anonymous"}]}
    api.call("PUT", f"/v1/acl/token/{consul.ANONYMOUS}", anonymous)
    held = api.get("/v1/acl/tokens")
    for name, (parameter, rules) in _of_consul(parameters).items():
        _consul_token(facts, api, held, name, parameters.once(parameter, token), rules)


def renew_consul(facts: Facts, api: Api, parameters: Parameters) -> None:
    """New tokens in place of all of them. Consul knows each before it is kept: otherwise nobody could tell it."""
    for name, (parameter, rules) in _of_consul(parameters).items():
        fresh = token()
        _consul_token(facts, api, [], name, fresh, rules)
        parameters.replace(parameter, fresh)


def _of_consul(parameters: Parameters) -> dict[str, tuple[str, str]]:
    """The name of each token to where it is kept, and what it may; '' for everything."""
    wanted = {"foxden-servers": (SERVERS_CONSUL, consul.node_rules("servers"))}
    wanted["foxden-operators"] = (OPERATORS_CONSUL, consul.OPERATOR_RULES)
    wanted["foxden-management"] = (CONSUL_MANAGEMENT, "")
    for pool in pools(parameters):
        wanted[f"foxden-pool-{pool}"] = (pool_secret(pool, "consul-token"), consul.node_rules(pool))
    return wanted


def _consul_token(facts: Facts, api: Api, held: list[dict[str, Any]], name: str, secret: str, rules: str) -> None:
    """The token and its policy; without rules it may do everything. The ones that it replaced go some time later."""
    policy = name if rules else "global-management"
    if rules:
        _consul_policy(api, name, rules)
    own = _own(api.with_token(secret))
    if own is None:
        api.call("PUT", "/v1/acl/token", {"SecretID": secret, "Description": name, "Policies": [{"Name": policy}]})
    elif _is_old(facts, own):
        names = (name,) if rules else (name, _FIRST_OF_CONSUL)
        for each in held:
            if each["Description"] in names and _is_left(facts, each, own):
                api.call("DELETE", f"/v1/acl/token/{each['AccessorID']}")


def _own(api: Api) -> dict[str, Any] | None:
    """The token that is shown; None where it is nobody's. ApiError where that can't be said: it may be good."""
    try:
        found: dict[str, Any] = api.get("/v1/acl/token/self")
    except ApiError as error:
        if error.status in (401, 403, 404):
            return None
        raise
    return found


def _is_old(facts: Facts, token: dict[str, Any]) -> bool:
    """Whether it has been there for longer than all nodes take to learn of it."""
    age = datetime.now(timezone.utc) - datetime.fromisoformat(f"{token['CreateTime'][:19]}+00:00")  # noqa: UP017
    return age.total_seconds() > 3 * facts.follow_within


def _is_left(facts: Facts, token: dict[str, Any], own: dict[str, Any]) -> bool:
    """Whether a token is one that was replaced. A young one may be about to be kept: somebody rotates just now."""
    return bool(token["AccessorID"] != own["AccessorID"]) and _is_old(facts, token)


def _consul_policy(api: Api, name: str, rules: str) -> None:
    found = api.peek(f"/v1/acl/policy/name/{name}")
    if not found:
        api.call("PUT", "/v1/acl/policy", {"Name": name, "Rules": rules})
    elif found["Rules"] != rules:
        api.call("PUT", f"/v1/acl/policy/{found['ID']}", {"Name": name, "Rules": rules})


def keep_nomad(facts: Facts, api: Api, management: str, parameters: Parameters) -> None:
    """The management token that was made before Nomad was, and the tokens made with it."""
    if _own(api) is None:
        try:
            api.call("POST", "/v1/acl/bootstrap", {"BootstrapSecret": management})
        except ApiError as error:
            if "already done" not in str(error) or _own(api) is None:
                raise
    own = api.get("/v1/acl/token/self")
    # A leader that has not learned of a new one yet would take that for the old one.
    if _is_old(facts, own) and parameters.read(NOMAD_MANAGEMENT) == management:
        for each in api.get("/v1/acl/tokens"):
            if each["Name"] in _FIRST and _is_left(facts, each, own):
                api.call("DELETE", f"/v1/acl/token/{each['AccessorID']}")
    # To make namespaces, variables and the policies of services takes a token of this type.
    _nomad_token(api, parameters, OPERATORS_NOMAD, {"Name": "foxden-operators", "Type": "management"})
    for pool in pools(parameters):
        name = f"foxden-drain-{pool}"
        api.call("POST", f"/v1/acl/policy/{name}", {"Name": name, "Rules": nomad.DRAIN_RULES})
        body = {"Name": name, "Type": "client", "Policies": [name]}
        _nomad_token(api, parameters, pool_secret(pool, "drain-token"), body)


def _nomad_token(api: Api, parameters: Parameters, parameter: str, body: dict[str, Any]) -> None:
    known = parameters.read(parameter)
    held = {each["AccessorID"] for each in api.get("/v1/acl/tokens") if each["Name"] == body["Name"]}
    if known:
        accessor = _own(api.with_token(known))
        if accessor and accessor["AccessorID"] in held:
            return
    # Nomad makes the secrets of its tokens itself.
    made = api.call("POST", "/v1/acl/token", body)
    parameters.replace(parameter, made["SecretID"])
    for accessor_id in held:
        api.call("DELETE", f"/v1/acl/token/{accessor_id}")


def keep_certificates(facts: Facts, parameters: Parameters) -> None:
    """A certificate for the workers of each pool, new before the old one ends."""
    authority = pair(parameters.read(AUTHORITY) or "")
    if authority.certificate not in (parameters.read(PUBLIC_AUTHORITY) or ""):
        parameters.replace(PUBLIC_AUTHORITY, authority.certificate, public=True)
    for pool in pools(parameters):
        name = pool_secret(pool, "certificate")
        found = parameters.read(name)
        if not found or not is_good(authority.certificate, pair(found)):
            names = [f"client.{facts.cluster}.consul", "client.global.nomad", "localhost"]
            parameters.replace(name, issue(authority, names, ["127.0.0.1"], facts.certificate_hours).text())
