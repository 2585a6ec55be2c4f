"""Images of containers: which, and from where."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from policies.model import Resource, Severity
from policies.node import Node
from policies.reading import JOB, PATCHES, POD, WORKLOADS, containers, pod_of, tasks
from policies.rule import Domain

rules = Domain("images")

USERS = (JOB, POD, *WORKLOADS, *PATCHES)
_TAG = re.compile(r"[^/]:([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})$")
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


def images(resource: Resource) -> Iterator[str]:
    """The images that a job or a workload runs, as far as they can be read."""
    nodes = [task["Config.image"] for task in tasks(resource)] if resource.type == JOB else []
    if resource.type != JOB:
        nodes = [container["image"] for container in containers(pod_of(resource))]
    for node in nodes:
        if node.text and "${" not in node.text:
            yield node.text


def _host(image: str) -> str:
    """The registry's host; what names none is Docker's own."""
    first, slash, _ = image.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else "docker.io"


@rules.rule(
    "image-pinned",
    *USERS,
    severity=Severity.HIGH,
    what="An image is named by a digest, or by a tag that is one version",
    why="Two instances run different programs, and a rollback changes nothing",
    fix="name a version",
    references=("checkov CKV_K8S_14",),
    config={"moving": ["latest", "stable", "main", "master", "edge", "dev", "nightly"]},
)
def _pinned(resource: Resource, config: Node) -> Iterator[str]:
    for image in images(resource):
        tag = _TAG.search(image)
        if not _DIGEST.search(image) and (tag is None or tag[1] in config["moving"].texts()):
            yield f"runs {image}"


@rules.rule(
    "image-by-digest",
    *USERS,
    severity=Severity.MEDIUM,
    what="An image is named by its digest",
    why="What runs is not proven to be what was tested",
    fix="give the service the digest as its version",
    references=("checkov CKV_K8S_43",),
)
def _digest(resource: Resource, _config: Node) -> Iterator[str]:
    for image in images(resource):
        if not _DIGEST.search(image):
            yield f"runs {image}"


@rules.rule(
    "image-from-own-registry",
    *USERS,
    severity=Severity.HIGH,
    what="Images come from registries that were chosen",
    why="A name that somebody else can take is a program that somebody else writes",
    fix="put it into a repository of the environment's registry",
    config={"hosts": ["*.dkr.ecr.*.amazonaws.com"], "images": ["traefik:v*@sha256:*", "registry.k8s.io/*@sha256:*"]},
)
def _registry(resource: Resource, config: Node) -> Iterator[str]:
    hosts, known = list(config["hosts"].texts()), list(config["images"].texts())
    for image in images(resource):
        named = any(fnmatchcase(image, each) for each in known)
        if not named and not any(fnmatchcase(_host(image), each) for each in hosts):
            yield f"runs {image} of {_host(image)}"
