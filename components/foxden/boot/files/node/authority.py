"""A new certificate authority in place of the old one, one step for each call, while everything goes on."""

from .certificates import new_authority, pair
from .facts import Facts
from .kept import AUTHORITY, PUBLIC_AUTHORITY
from .parameters import Parameters

_NEXT = "servers/next-ca-key"


def rotate_authority(facts: Facts, parameters: Parameters, followed: str, signed: str) -> str:
    """Do the next of three steps. What was done, for people.

    ``followed`` says when all nodes know what is kept, ``signed`` when all have certificates of the new authority.
    """
    current = pair(parameters.read(AUTHORITY) or "")
    trusted = parameters.read(PUBLIC_AUTHORITY) or ""
    coming = parameters.read(_NEXT)
    if coming is None and trusted == current.certificate:
        fresh = new_authority(facts.cluster)
        parameters.once(_NEXT, fresh.text)
        parameters.replace(PUBLIC_AUTHORITY, current.certificate + fresh.certificate, public=True)
        return f"Step 1 of 3: a new authority is trusted beside the old one. {followed} Then call this again."
    if coming is not None:
        parameters.replace(AUTHORITY, coming)
        parameters.forget(_NEXT)
        return f"Step 2 of 3: certificates are signed by the new authority. {signed} Then call this again."
    parameters.replace(PUBLIC_AUTHORITY, current.certificate, public=True)
    return f"Step 3 of 3: the old authority is trusted no more. {followed}"
