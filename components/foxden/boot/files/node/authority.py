"""A new certificate authority in place of the old one, one step for each call, while everything goes on."""

from collections.abc import Callable

from .certificates import new_authority, pair
from .facts import Facts
from .kept import AUTHORITY, PUBLIC_AUTHORITY
from .parameters import Parameters
from .steps import Steps, follow

_NEXT = "servers/next-ca-key"


def rotate_authority(
    facts: Facts,
    parameters: Parameters,
    followed: float,
    signed: float,
    others: Callable[[float], None] = lambda since: None,
) -> str:
    """Do the next of three steps. What was done, for people; SystemExit while it is too early.

    All nodes know what is kept within ``followed`` seconds, and have the new one's certificates within ``signed``.
    ``others`` is called before the second step, with the time from when on whoever begins trusts both: SystemExit while
    there is somebody older. Default: there is nobody else.
    """
    steps = Steps(parameters, "ca-key")
    current = pair(parameters.read(AUTHORITY) or "")
    trusted = parameters.read(PUBLIC_AUTHORITY) or ""
    if trusted == current.certificate:
        # An interrupted step is done with the authority that it has made.
        fresh = pair(parameters.once(_NEXT, lambda: new_authority(facts.cluster).text()))
        steps.done(1, followed)
        parameters.replace(PUBLIC_AUTHORITY, current.certificate + fresh.certificate, public=True)
        return f"Step 1 of 3: a new authority is trusted beside the old one. {follow(followed)} Then call this again."
    coming = parameters.read(_NEXT)
    if coming is not None:
        others(steps.check(1))
        steps.done(2, signed)
        parameters.replace(AUTHORITY, coming)
        parameters.forget(_NEXT)
        return f"Step 2 of 3: certificates are signed by the new authority. {follow(signed)} Then call this again."
    steps.check(2)
    parameters.replace(PUBLIC_AUTHORITY, current.certificate, public=True)
    steps.over()
    return f"Step 3 of 3: the old authority is trusted no more. {follow(followed)}"
