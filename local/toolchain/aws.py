"""Sees to it that programs for AWS can run: the official plugin, else the stand-in and what that needs.

Kept apart from the tools of the local environment, which does without: nothing of this is looked for, or got, until
something on AWS is simulated.
"""

import functools
import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from local import shell
from local.errors import LocalError
from local.paths import state_dir
from local.toolchain import terraform
from local.toolchain.catalog import AWS_PLUGIN, TERRAFORM_BRIDGE
from local.toolchain.layout import Refusal, is_program, located, plugin_cache, read_record, write_record
from local.toolchain.official import believed, install
from local.toolchain.progress import Progress
from local.toolchain.resolve import resolve
from local.toolchain.standins import Placed, find_official, installed, own_home, place, python

if TYPE_CHECKING:
    from local.toolchain.fetch import Fetcher

OLDEST_PROVIDER = "5.90.0"
"""The oldest Terraform provider for AWS that has all that is used here."""


@dataclass(frozen=True)
class Parts:
    """What the stand-in is made of."""

    bridge: Path
    """The program that makes a Pulumi plugin of a Terraform provider."""
    provider: Path
    """The Terraform provider, by a name that the bridge can tell."""
    version: str
    """The Terraform provider's."""


@dataclass(frozen=True)
class Ready:
    """What AWS programs will run with."""

    official: bool
    text: str
    """For people: which plugin, which version."""


def ensure() -> Ready:
    """Have a plugin for AWS in place; LocalError that says how to get one where there is none.

    The official plugin always wins. Where it can't be had, the bridge is built once (one to three minutes) and kept in
    the cache.
    """
    home, pulumi = shell.user_home() or own_home(), shell.tool("pulumi")
    refusal = None
    if not find_official(AWS_PLUGIN, home, pulumi, shell.user_path()) and not installed(plugin_cache(), AWS_PLUGIN):
        refusal = _install(pulumi)
    if refusal:
        _standin_parts(refusal)
    placed = place(AWS_PLUGIN, home, pulumi, shell.user_path())
    return Ready(placed.official, _told(placed))


def parts() -> Parts:
    """The stand-in's parts, for the stand-in itself; LocalError where one is missing."""
    bridge = located(TERRAFORM_BRIDGE, read_record())
    provider = terraform.find("aws", OLDEST_PROVIDER, os.environ)
    if bridge is None or provider is None:
        missing = (
            f"{TERRAFORM_BRIDGE.name} {TERRAFORM_BRIDGE.version}" if bridge is None else "a Terraform AWS provider"
        )
        raise LocalError(f"the stand-in for the AWS plugin misses {missing}: run 'make simulate STACK=dev', or {_WAYS}")
    return Parts(bridge, _link(provider.path), provider.version)


_WAYS = (
    f"put a directory with a Terraform AWS provider ({OLDEST_PROVIDER} or newer, unpacked, laid out as a Terraform"
    f" filesystem mirror) into {terraform.VARIABLE}"
)


def _install(pulumi: Path) -> Refusal | None:
    record = read_record()
    earlier = record.refused.get(AWS_PLUGIN.directory)
    if earlier and believed(earlier):
        return earlier
    target = shell.user_home() or plugin_cache()
    progress = Progress(f"{AWS_PLUGIN.program} {AWS_PLUGIN.version}")
    try:
        refusal = install(AWS_PLUGIN, pulumi, target, _fetcher, progress)
    finally:
        progress.close()
    refused = {name: value for name, value in record.refused.items() if name != AWS_PLUGIN.directory}
    write_record(replace(record, refused={**refused, **({AWS_PLUGIN.directory: refusal} if refusal else {})}))
    return refusal


def _standin_parts(refusal: Refusal) -> None:
    if terraform.find("aws", OLDEST_PROVIDER, os.environ) is None:
        places = "\n".join(f"  {place}" for place in terraform.mirrors(os.environ))
        raise LocalError(
            f"no plugin for AWS can be had. The official one: {' '.join(refusal.reason.split())}.\n"
            f"No Terraform AWS provider for the stand-in either, in:\n{places}\n"
            f"Let this machine reach get.pulumi.com and run 'pulumi plugin install resource {AWS_PLUGIN.name}"
            f" {AWS_PLUGIN.version}', or {_WAYS}"
        )
    progress = Progress(f"{TERRAFORM_BRIDGE.name} {TERRAFORM_BRIDGE.version}")
    try:
        found = resolve(TERRAFORM_BRIDGE, shell.user_path(), _fetcher, progress).found
    finally:
        progress.close()
    record = read_record()
    write_record(replace(record, tools={**record.tools, TERRAFORM_BRIDGE.name: found}))


@functools.cache
def _fetcher() -> "Fetcher":
    # `requests` opens a socket as soon as it is imported, and with everything in place there is to be none.
    from local.toolchain.fetch import Fetcher

    return Fetcher()


def _told(placed: Placed) -> str:
    name = f"{AWS_PLUGIN.program} {AWS_PLUGIN.version}"
    if placed.official:
        return f"{name}, the official plugin ({placed.path})"
    return f"{name}, a stand-in over the Terraform AWS provider {parts().version} ({python()})"


def _link(program: Path) -> Path:
    """The provider by the name that the bridge takes its tokens' names from."""
    link = state_dir() / "terraform" / "terraform-provider-aws"
    if not (link.is_symlink() and link.readlink() == program and is_program(link)):
        link.parent.mkdir(parents=True, exist_ok=True)
        draft = link.with_name(f".{link.name}.{secrets.token_hex(4)}")
        draft.symlink_to(program)
        draft.replace(link)
    return link
