"""Where a connection's credentials are kept, in place of themselves, and the one table of who reads them there."""

import re
from collections.abc import Mapping
from typing import Any, Optional, cast

import pulumi

from foxden.connection import CREDENTIALS, ConnectionArgs
from foxden.errors import Problem, check
from foxden.extras import load
from foxden.service.reader import shown

REFERENCES = {"aws-ssm": "foxden.clouds.aws.parameters"}
"""Scheme of a reference to the module that has ``read(path, parent)`` and ``keep(name, path, value, key, tags,
parent)``. A project may add its own before it creates components."""

_FORM = re.compile(r"([a-z0-9-]+):(/[!-~]+)\Z")


def reference_problem(reference: str) -> Optional[str]:
    """Say what keeps ``reference`` from being one, or None."""
    parts = _FORM.match(reference)
    if parts and parts[1] in REFERENCES:
        return None
    known = ", ".join(sorted(REFERENCES))
    return f"must be like 'aws-ssm:/path', with one of {known} in front, got {shown(reference)}"


def resolved(connection: ConnectionArgs, key: str, parent: pulumi.Resource) -> Optional[pulumi.Input[str]]:
    """A connection's field, or what its reference leads to, read with the identity of whoever deploys.

    ``parent`` decides which provider reads: one that it was given or inherits, else the default one.
    """
    given, reference = connection.get(key), connection.get(f"{key}_reference")
    if reference is None:
        return cast(Optional[pulumi.Input[str]], given)
    both: pulumi.Output[Any] = pulumi.Output.all(given, reference)
    found = both.apply(lambda known: known[0] if known[1] is None else read_reference(known[1], parent))
    return pulumi.Output.secret(found) if key in CREDENTIALS else pulumi.Output.unsecret(found)


def read_reference(reference: str, parent: pulumi.Resource) -> pulumi.Output[str]:
    """What a reference leads to. Raises InvalidInput for what is none."""
    module, path = _keeper(reference)
    return cast("pulumi.Output[str]", module.read(path, parent))


def keep_at_reference(
    name: str,
    reference: str,
    value: pulumi.Input[str],
    key: Optional[pulumi.Input[str]],
    tags: Mapping[str, str],
    parent: pulumi.Resource,
) -> None:
    """Keep a secret where a reference leads, encrypted with ``key`` or with the cloud's own. Raises InvalidInput."""
    module, path = _keeper(reference)
    module.keep(name, path, pulumi.Output.secret(value), key, tags, parent)


def _keeper(reference: str) -> tuple[Any, str]:
    wrong = reference_problem(reference)
    check([Problem("cluster", f"a reference {wrong}")] if wrong else [])
    scheme, _, path = reference.partition(":")
    return load(REFERENCES[scheme]), path
