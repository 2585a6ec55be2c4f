"""New keys in place of old ones, one step for each call, while everything goes on."""

import json
from collections.abc import Callable

from ..certificates import new_authority, new_key, pair
from ..facts import Facts
from ..parameters import Parameters
from . import secrets
from .api import Kube

_NEXT_AUTHORITY = "servers/next-ca-key"
_STEP = "servers/{name}-step"
_LOOKS_EVERY = 60
"""Seconds from one time that the API looks for new keys of encryption to the next."""
WHAT = ("encryption", "service-accounts", "authority")
"""What can be rotated."""


def rotate(what: str, facts: Facts, parameters: Parameters, api: Kube) -> str:
    """Do the next step. What was done, for people."""
    if what == "encryption":
        return _keys(
            facts,
            parameters,
            secrets.ENCRYPTION_KEYS,
            secrets.encryption_key,
            lambda: _write_again(api),
            "secrets are encrypted",
        )
    if what == "service-accounts":
        doing = "tokens of service accounts are signed"
        return _keys(facts, parameters, secrets.ACCOUNT_KEYS, new_key, lambda: _forget(parameters), doing)
    return _authority(facts, parameters)


def _keys(
    facts: Facts, parameters: Parameters, name: str, make: Callable[[], object], last: Callable[[], None], doing: str
) -> str:
    """A list of keys: a new one is known first, then used, then the old one is gone."""
    keys = json.loads(parameters.read(name) or "[]")
    step = _STEP.format(name=name.rpartition("/")[2])
    if parameters.read(step) is None:
        parameters.replace(name, json.dumps([*keys[:1], make()]))
        parameters.replace(step, "known", public=True)
        return f"Step 1 of 3: a new key is known to all masters. {_follow(facts)} Then call this again."
    if parameters.read(step) == "known":
        parameters.replace(name, json.dumps([keys[1], keys[0]]))
        parameters.replace(step, "used", public=True)
        return f"Step 2 of 3: {doing} with the new key. {_follow(facts)} Then call this again."
    last()
    parameters.replace(name, json.dumps(keys[:1]))
    parameters.forget(step)
    return f"Step 3 of 3: the old key is known no more. {_follow(facts)}"


def _write_again(api: Kube) -> None:
    """Every secret, by the new key. One that is changed meanwhile is written by it anyway."""
    for secret in api.get("/api/v1/secrets").get("items") or []:
        place = f"/api/v1/namespaces/{secret['metadata']['namespace']}/secrets/{secret['metadata']['name']}"
        # Nothing is changed, so that the API writes only because what it has read was of another key.
        api.merge(place, {"metadata": {}})


def _forget(parameters: Parameters) -> None:
    """The token of operators is of the old key: the leader makes another one."""
    parameters.forget(secrets.OPERATORS)


def _authority(facts: Facts, parameters: Parameters) -> str:
    current = pair(parameters.read(secrets.AUTHORITY) or "")
    trusted = parameters.read(secrets.PUBLIC_AUTHORITY) or ""
    coming = parameters.read(_NEXT_AUTHORITY)
    if coming is None and trusted == current.certificate:
        fresh = new_authority(facts.cluster)
        parameters.once(_NEXT_AUTHORITY, fresh.text)
        parameters.replace(secrets.PUBLIC_AUTHORITY, current.certificate + fresh.certificate, public=True)
        return f"Step 1 of 3: a new authority is trusted beside the old one. {_follow(facts)} Then call this again."
    if coming is not None:
        parameters.replace(secrets.AUTHORITY, coming)
        parameters.forget(_NEXT_AUTHORITY)
        return (
            "Step 2 of 3: certificates are signed by the new authority. "
            f"Kubelets have theirs within {facts.certificate_hours} hours. Then call this again."
        )
    parameters.replace(secrets.PUBLIC_AUTHORITY, current.certificate, public=True)
    return f"Step 3 of 3: the old authority is trusted no more. {_follow(facts)}"


def _follow(facts: Facts) -> str:
    return f"Every node follows within {facts.follow_within + _LOOKS_EVERY} seconds."
