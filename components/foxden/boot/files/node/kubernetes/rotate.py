"""New keys in place of old ones, one step for each call, while everything goes on."""

import json
from collections.abc import Callable

from ..authority import rotate_authority
from ..certificates import new_key
from ..facts import Facts
from ..parameters import Parameters
from . import secrets
from .api import Kube

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
    signed = f"Kubelets have theirs within {facts.certificate_hours} hours."
    return rotate_authority(facts, parameters, _follow(facts), signed)


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


def _follow(facts: Facts) -> str:
    return f"Every node follows within {facts.follow_within + _LOOKS_EVERY} seconds."
