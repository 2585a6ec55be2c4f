"""A registry of images, checked and frozen, and what every kind of registry gives. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pulumi

from foxden.clouds.references import reference_problem
from foxden.errors import check
from foxden.service.prepare import placeholders
from foxden.service.reader import Reader, shown

_REPOSITORY = re.compile(r"[a-z0-9]+(?:[._/-][a-z0-9]+)*\Z", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z", re.ASCII)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?\Z", re.ASCII)
ECR_HOST = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr(-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?\Z", re.ASCII
)
_ACCOUNT = re.compile(r"[0-9]{12}\Z", re.ASCII)


class RegistryKind(StrEnum):
    """Who keeps the images."""

    ECR = "ecr"
    """Amazon's registry of an account and region."""
    DOCKER_HUB = "docker-hub"
    """Docker's own."""
    GHCR = "ghcr"
    """GitHub's."""
    PRIVATE = "private"
    """Any other that speaks the registry protocol."""


HOSTS = {
    RegistryKind.ECR: "",
    RegistryKind.DOCKER_HUB: "docker.io",
    RegistryKind.GHCR: "ghcr.io",
    RegistryKind.PRIVATE: "",
}
"""Kind to the host that it has; '' where the registry is made or must be given."""


@dataclass(frozen=True)
class ImageBuild:
    """How an image is built."""

    context: str
    tag: str
    dockerfile: str
    platform: str


@dataclass(frozen=True)
class RegistrySpec:
    """A registry's args, whole and valid."""

    name: str
    kind: RegistryKind
    repositories: Mapping[str, str]
    """Name of an image to its repository's name in the registry."""
    host: str
    """Of a registry that is already there; '' for one that is made."""
    readers: tuple[str, ...]
    keep: int
    protect: bool
    builds: Mapping[str, ImageBuild] = field(default_factory=dict)
    kept_at: str = ""
    """The reference below which the nodes' credential is kept; '' where they have none."""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Registry:
    """What a registry of any kind gives. What is known only later is an output."""

    hosts: pulumi.Input[list[str]]
    """Hosts that a node signs in to with its own identity."""
    repositories: Mapping[str, pulumi.Input[str]]
    """Name of an image to its address, without tag."""
    pull_policy: pulumi.Input[str]
    """The IAM policy, as JSON, that lets a node pull; '' where no cloud's identity counts."""


def parse_registry(name: str, args: Any, form: Any) -> RegistrySpec:
    """The spec of a registry's args, which are of that form. Raises InvalidInput with every problem."""
    reader = Reader(f"registry '{name}'", placeholders(args))
    reader.only(form.__annotations__)
    kind = reader.choice("kind", RegistryKind.ECR)
    host = reader.text("host", HOSTS[kind])
    makes = kind is RegistryKind.ECR and not host
    if host and not _HOST.match(host):
        reader.complain("host", f"must be a host name, with a port or without, got {shown(host)}")
    elif host and kind is RegistryKind.ECR and not ECR_HOST.match(host):
        reader.complain("host", f"must be one of ECR's, got {shown(host)}")
    if kind is RegistryKind.PRIVATE:
        reader.require("host")
    for key in ("username", "password", "kept_at") if kind is RegistryKind.ECR else ():
        if reader.has(key):
            reader.complain(key, "is for other kinds: in 'ecr' the identity of whoever deploys counts")
    if reader.has("username") != reader.has("password"):
        reader.complain("username", "and password must be given together")
    kept_at = reader.text("kept_at", "")
    wrong = reference_problem(kept_at) if kept_at else None
    if wrong:
        reader.complain("kept_at", wrong)
    if kept_at and not reader.has("username") and kind is not RegistryKind.ECR:
        reader.complain("kept_at", "needs a username and a password to keep")
    prefix = reader.text("prefix", "")
    if prefix and not _REPOSITORY.match(prefix):
        reader.complain("prefix", f"must be lower-case words with '/', '-', '_' or '.' between, got {shown(prefix)}")
    reader.require("repositories")
    names = reader.texts("repositories")
    if reader.has("repositories") and not names and not reader.problems:
        reader.complain("repositories", "must name one at least")
    for position, each in enumerate(names):
        if not _REPOSITORY.match(each):
            wrong = f"must be lower-case words with '/', '-', '_' or '.' between, got {shown(each)}"
            reader.complain(f"repositories[{position}]", wrong)
    readers = reader.texts("readers")
    for position, account in enumerate(readers):
        if not _ACCOUNT.match(account):
            reader.complain(f"readers[{position}]", f"must be an account of twelve digits, got {shown(account)}")
    for key in ("readers", "keep", "key", "protect") if not makes else ():
        if reader.has(key):
            reader.complain(key, "is for a registry of kind 'ecr' without a host: only that one is made here")
    spec = RegistrySpec(
        name=name,
        kind=kind,
        repositories={each: f"{prefix}/{each}" if prefix else each for each in names},
        host=host,
        readers=readers,
        keep=reader.integer("keep", 100, 2, 10000),
        protect=reader.flag("protect", True),
        builds=_builds(reader, names),
        kept_at=kept_at,
        tags=reader.text_map("tags"),
    )
    check(reader.problems)
    return spec


def _builds(reader: Reader, names: tuple[str, ...]) -> dict[str, ImageBuild]:
    found = {}
    given = reader.sub("builds")
    for name, description in given.given.items() if given else ():
        build = reader.nested(f"builds.{name}", description)
        build.only(("context", "tag", "dockerfile", "platform"))
        build.require("context", "tag")
        context, tag = build.text("context", ""), build.text("tag", "")
        if tag and not _TAG.match(tag):
            build.complain("tag", f"must be letters, digits and '_.-', up to 128, got {shown(tag)}")
        if name not in names:
            reader.complain(f"builds.{name}", "is none of repositories")
        found[name] = ImageBuild(
            context, tag, build.text("dockerfile", f"{context}/Dockerfile"), build.text("platform", "linux/amd64")
        )
    return found
