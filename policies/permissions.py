"""Permissions of AWS, read as AWS reads them: names of actions know no case, ``*`` and ``?`` stand for anything."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from policies.model import Resource
from policies.node import Node

ROLE = "aws:iam/role:Role"
ROLE_POLICIES = (
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/policy:Policy",
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/userPolicy:UserPolicy",
    ROLE,
)
"""Where permissions are written; a role may have some inside."""
_ANY = "~~~~~~~~"
"""The name of something that nobody named."""
_OWNERS = {"repo:": "/", "project_path:": "/", "organization:": ":", "system:serviceaccount:": ":"}
"""How the subject of a login from outside begins, and what ends the part that says whose it is."""


def documents(resource: Resource) -> Iterator[Node]:
    """The policies that say what a resource's owner may do."""
    if resource.type == ROLE:
        yield from (each["policy"] for each in resource.inputs["inlinePolicies"].each())
    else:
        yield resource.inputs["policy"]


def allowing(document: Node) -> Iterator[Node]:
    """Those statements of a policy that allow something."""
    return (each for each in statements(document) if each["Effect"].is_("Allow"))


def statements(document: Node) -> Iterator[Node]:
    """The statements of a policy document in JSON; one may stand without a list."""
    found = document.json()["Statement"]
    yield from found.each() if isinstance(found.value, list) else iter([found] if found["Effect"].given else [])


def granted(resource: Resource) -> Iterator[Node]:
    """All statements of a resource's policies that allow something."""
    for document in documents(resource):
        yield from allowing(document)


def principals(statement: Node, kind: str) -> Iterator[str]:
    """Who a statement speaks of: of the kind ``AWS``, ``Service`` or ``Federated``; ``*`` is of every kind."""
    found = statement["Principal"]
    yield from found.texts() if found.text else found.exactly(kind).texts()


def like(text: str, pattern: str) -> bool:
    """Whether a pattern of AWS's takes a text in, without regard to case."""
    # For fnmatch, other than for AWS, '[' begins a choice of letters.
    return fnmatchcase(text.lower(), pattern.lower().replace("[", "[[]"))


def actions(statement: Node, *wanted: str) -> list[str]:
    """What in a statement's actions takes one of these in."""
    return [each for each in statement["Action"].texts() if any(like(one, each) for one in wanted)]


def names_no_action(action: str) -> bool:
    """Whether an action is everything of a service, or of all: ``*``, ``iam:*``, ``iam:?*``, ``*:Get*``."""
    service, _, name = action.partition(":")
    return not name or name[0] in "*?" or "*" in service or "?" in service


def names_nothing(resource: str) -> bool:
    """Whether an ARN is of everything that a service has: ``*``, ``arn:aws:iam::*:*``, ``arn:aws:s3:::*/*``."""
    parts = resource.split(":", 5)
    return not parts[5].strip("*?:/") if len(parts) > 5 else "*" in resource


def every(statement: Node, kind: str) -> list[str]:
    """Those of a statement's resources that are all of a kind, such as ``role``: ``arn:aws:iam::*:role/*``."""
    return [
        each
        for each in statement["Resource"].texts()
        if names_nothing(each) or like(f"{kind}/{_ANY}", each.split(":", 5)[-1])
    ]


def subjects(statement: Node) -> list[Node]:
    """Whose logins from outside a statement's conditions ask for; what asks for all but some asks for none."""
    return [
        value
        for operator, asked in statement["Condition"].entries()
        if re.search("string(equals|like)", operator.lower())
        for name, value in asked.entries()
        if name.lower().endswith(":sub")
    ]


def of_anybody(texts: Iterable[str]) -> bool:
    """Whether a subject of logins from outside leaves open whose they are: ``*``, ``repo:*``, ``repo:fox*``."""
    return any(_open(each) for each in texts)


def _open(subject: str) -> bool:
    said = re.split("[*?]", subject, maxsplit=1)[0]
    if said == subject:
        return False
    return any(
        kind.startswith(said) or (said.startswith(kind) and end not in said.removeprefix(kind))
        for kind, end in _OWNERS.items()
    )
