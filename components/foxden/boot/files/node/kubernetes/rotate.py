"""New keys in place of old ones, one step for each call, while everything goes on."""

import json
from collections.abc import Callable

from ..authority import rotate_authority
from ..certificates import new_key
from ..facts import Facts
from ..parameters import Parameters
from ..steps import Steps, follow
from . import callers, secrets
from .api import Kube

_STEP = "servers/{name}-step"
_LOOKS_EVERY = 60
"""Seconds from one time that the API looks for new keys of encryption to the next."""
WHAT = ("encryption", "service-accounts", "authority")
"""What can be rotated."""


def rotate(what: str, facts: Facts, parameters: Parameters, api: Kube) -> str:
    """Do the next step. What was done, for people; SystemExit while it is too early."""
    if what == "encryption":
        return _keys(
            facts,
            parameters,
            secrets.ENCRYPTION_KEYS,
            secrets.encryption_key,
            lambda: _write_again(api),
            "secrets are encrypted",
            lambda: 0,
        )
    if what == "service-accounts":
        return _keys(
            facts,
            parameters,
            secrets.ACCOUNT_KEYS,
            new_key,
            lambda: _forget(parameters),
            "tokens of service accounts are signed",
            lambda: callers.token_seconds(api),
        )
    # Kubelets ask for new ones before theirs end.
    signed = max(_within(facts), facts.certificate_hours * 3600)
    return rotate_authority(facts, parameters, _within(facts), signed, lambda since: _begun(api, since))


def _begun(api: Kube, since: float) -> None:
    """SystemExit, with what is to be done, where pods ask the API that know the old authority only."""
    found = callers.older(api, since)
    if found:
        again = "\n".join(f"  foxden-node run {each}" for each in found)
        raise SystemExit(
            f"Too early: pods ask the API that trust the new authority only after a start. Do this, then call this "
            f"again once they are ready:\n{again}"
        )


def _keys(
    facts: Facts,
    parameters: Parameters,
    name: str,
    make: Callable[[], object],
    last: Callable[[], None],
    doing: str,
    lives: Callable[[], int],
) -> str:
    """A list of keys: a new one is known first, then used, then the old one is gone.

    ``lives``: for how many seconds something that was made with the old one is shown.
    """
    keys = json.loads(parameters.read(name) or "[]")
    kind = name.rpartition("/")[2]
    step, steps, within = _STEP.format(name=kind), Steps(parameters, kind), _within(facts)
    if parameters.read(step) is None:
        steps.done(1, within)
        parameters.replace(name, json.dumps([*keys[:1], make()]))
        parameters.replace(step, "known", public=True)
        return f"Step 1 of 3: a new key is known to all masters. {follow(within)} Then call this again."
    if parameters.read(step) == "known":
        steps.check(1)
        # Until all have followed, the old one is still used.
        over = within + lives()
        steps.done(2, over)
        parameters.replace(name, json.dumps([keys[1], keys[0]]))
        parameters.replace(step, "used", public=True)
        return f"Step 2 of 3: {doing} with the new key. {follow(over)} Then call this again."
    steps.check(2)
    last()
    parameters.replace(name, json.dumps(keys[:1]))
    parameters.forget(step)
    steps.over()
    return f"Step 3 of 3: the old key is known no more. {follow(within)}"


def _write_again(api: Kube) -> None:
    """Every secret, by the new key. One that is changed meanwhile is written by it anyway."""
    for secret in api.get("/api/v1/secrets").get("items") or []:
        place = f"/api/v1/namespaces/{secret['metadata']['namespace']}/secrets/{secret['metadata']['name']}"
        # Nothing is changed, so that the API writes only because what it has read was of another key.
        api.merge(place, {"metadata": {}})


def _forget(parameters: Parameters) -> None:
    """The token of operators is of the old key: the leader makes another one."""
    parameters.forget(secrets.OPERATORS)


def _within(facts: Facts) -> int:
    return facts.follow_within + _LOOKS_EVERY
