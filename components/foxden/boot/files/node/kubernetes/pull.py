"""Sees that this node can pull an image as its kubelet will: before the kubelet is started, and so before any work."""

import base64
import json
import os
import pty
import subprocess
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ..facts import Facts
from ..parameters import Parameters
from ..registries import auths
from ..rest import ApiError
from .node_config import credentials

_PULLED = Path("/var/lib/foxden/pulled")
_PROVIDERS = Path("/usr/local/bin")
_HUB = "docker.io"
_CTR = ("ctr", "--namespace", "k8s.io", "images", "pull", "--hosts-dir", "/etc/containerd/certs.d")
"""Where the kubelet's images are, from where the kubelet's come."""
_WITHIN = 300
_LONGEST = 4095
"""Bytes of a line that a terminal takes whole."""

Login = tuple[str, str]
"""User and password."""


def pull(facts: Facts, parameters: Parameters, done: Path = _PULLED) -> None:
    """Pull the image that this pool has to be able to pull, once in the node's life."""
    if not facts.pull_test or done.exists():
        return
    image = full_name(facts.pull_test)
    _pulled(image, login(facts, parameters, image))
    done.parent.mkdir(parents=True, exist_ok=True)
    done.touch()


def full_name(image: str) -> str:
    """An image's name with its registry, and its tag if it has no digest: as the kubelet reads a short one."""
    first, slash, _ = image.partition("/")
    if not slash:
        image = f"{_HUB}/library/{image}"
    elif first != "localhost" and not set(".:") & set(first):
        image = f"{_HUB}/{image}"
    return image if set(":@") & set(image.rpartition("/")[2]) else f"{image}:latest"


def login(facts: Facts, parameters: Parameters, image: str) -> Login | None:
    """What the kubelet would show the image's registry: what a program of the cloud's gives, or the cluster keeps."""
    host = image.partition("/")[0]
    for provider in credentials(facts)["providers"]:
        if any(matches(pattern, host) for pattern in provider["matchImages"]):
            return _provided(provider, image, host)
    if host not in facts.registry_credentials:
        return None
    (kept,) = auths(replace(facts, registry_credentials=(host,)), parameters).values()
    user, _, password = base64.b64decode(kept["auth"]).decode().partition(":")
    return user, password


def matches(pattern: str, host: str) -> bool:
    """Whether a host is one of those: each part of the pattern stands for one of the host's."""
    patterns, parts = pattern.split("."), host.split(".")
    return len(patterns) == len(parts) and all(map(fnmatchcase, parts, patterns))


def _provided(provider: dict[str, Any], image: str, host: str) -> Login | None:
    request = {"apiVersion": provider["apiVersion"], "kind": "CredentialProviderRequest", "image": image}
    program = str(_PROVIDERS / provider["name"])
    done = subprocess.run([program], input=json.dumps(request), capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise ApiError(f"{provider['name']} gives no credential for {image}: {_last(done.stderr)}")
    found = json.loads(done.stdout).get("auth") or {}
    given = next((each for pattern, each in found.items() if matches(pattern.partition("/")[0], host)), None)
    return (given["username"], given["password"]) if given else None


def _pulled(image: str, shown: Login | None) -> None:
    """The password goes by a terminal, where ``ctr`` asks for it: on a command line others could read it."""
    ours, theirs = pty.openpty()
    try:
        words: tuple[str, ...] = ()
        if shown:
            words = ("--user", shown[0])
            line = f"{shown[1]}\n".encode()
            if len(line) > _LONGEST:
                raise ApiError(f"the credential for {image} is longer than {_LONGEST} bytes")
            os.write(ours, line)
        done = subprocess.run(
            [*_CTR, *words, image],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_WITHIN,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    if done.returncode:
        raise ApiError(f"{image} can't be pulled: {_last(done.stdout)}")


def _last(said: str) -> str:
    return next((line for line in reversed(said.splitlines()) if line.strip()), "no reason is given").strip()
