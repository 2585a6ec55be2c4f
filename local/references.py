"""References to secrets that are kept on this machine: ``local:/consul-token``, in place of a cloud's own."""

from collections.abc import Mapping

import pulumi

from local import secrets

SCHEME = "local"


def read(path: str, parent: pulumi.Resource) -> pulumi.Output[str]:
    """The secret of the stack's environment that ``make secret`` was given. Raises LocalError where there is none."""
    return pulumi.Output.secret(secrets.kept(pulumi.get_stack(), path.removeprefix("/")))


def look_up(env: str, references: Mapping[str, str]) -> None:
    """See to it that all that lead here lead to something. Raises LocalError for the first that doesn't."""
    for reference in references.values():
        scheme, _, path = reference.partition(":/")
        if scheme == SCHEME:
            secrets.kept(env, path)
