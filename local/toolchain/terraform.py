"""Finds a Terraform provider that is already on this machine: nothing is downloaded.

Terraform keeps providers that came with a machine in mirrors, directories of one layout:
``<mirror>/<registry>/<namespace>/<name>/<version>/<system>_<processor>/terraform-provider-<name>_...``.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import semver

from local.toolchain.layout import is_program
from local.toolchain.platform import this_platform

VARIABLE = "FOXDEN_TERRAFORM_PROVIDERS"
"""ENV variable with mirrors of the user's, separated as in PATH. They come first."""

_REGISTRIES = ("registry.terraform.io", "registry.opentofu.org")
_USUAL = (
    "/opt/tf-plugins",
    "/opt/terraform/plugins",
    "/opt/terraform/providers",
    "/usr/local/lib/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    "/usr/lib/terraform/plugins",
)
"""Where images of machines and packages put mirrors; the ones below ``share`` Terraform itself looks into."""

_SETTING = re.compile(r'^\s*(?:path|plugin_cache_dir)\s*=\s*"((?:[^"\\]|\\.)*)"', re.MULTILINE)


@dataclass(frozen=True)
class Provider:
    """A Terraform provider's program."""

    version: str
    path: Path


def mirrors(env: Mapping[str, str]) -> list[Path]:
    """Where to look, in order: what ENV names, what Terraform's settings name, its own places, the usual ones."""
    home = Path(env.get("HOME") or Path.home())
    named = [entry for entry in env.get(VARIABLE, "").split(os.pathsep) if entry]
    named += [env["TF_PLUGIN_CACHE_DIR"]] if env.get("TF_PLUGIN_CACHE_DIR") else []
    named += _from_settings(Path(env.get("TF_CLI_CONFIG_FILE") or home / ".terraformrc"), home)
    data = env.get("XDG_DATA_HOME") or str(home / ".local" / "share")
    implied = [
        home / ".terraform.d" / "plugins",
        home / ".terraform.d" / "plugin-cache",
        home / "Library" / "Application Support" / "io.terraform" / "plugins",
        *(Path(place) / "terraform" / "plugins" for place in [data, *env.get("XDG_DATA_DIRS", "").split(":")] if place),
    ]
    return list(dict.fromkeys([*map(Path, named), *implied, *map(Path, _USUAL)]))


def _from_settings(file: Path, home: Path) -> list[str]:
    """The filesystem mirrors and the cache in the settings of Terraform's command line."""
    try:
        text = file.read_text()
    except (OSError, UnicodeDecodeError):
        return []
    found = [re.sub(r"\\(.)", r"\1", value) for value in _SETTING.findall(text)]
    return [re.sub(r"^(?:~|\$HOME)(?=/)", lambda _: str(home), value) for value in found]


def find(name: str, oldest: str, env: Mapping[str, str]) -> Provider | None:
    """The newest provider of a name in the first mirror that has one of version ``oldest`` or newer."""
    for mirror in mirrors(env):
        found = [item for item in _versions(mirror, name) if _key(item) >= semver.Version.parse(oldest)]
        if found:
            return max(found, key=_key)
    return None


def _key(provider: Provider) -> semver.Version:
    return semver.Version.parse(provider.version)


def _versions(mirror: Path, name: str) -> Iterator[Provider]:
    platform = this_platform()
    for registry in _REGISTRIES:
        pattern = f"{registry}/hashicorp/{name}/*/{platform.system}_{platform.processor}/terraform-provider-{name}*"
        for program in _listed(mirror, pattern):
            version = program.parent.parent.name
            if is_program(program) and semver.Version.is_valid(version):
                yield Provider(version, program)


def _listed(mirror: Path, pattern: str) -> list[Path]:
    try:
        return sorted(mirror.glob(pattern))
    except OSError:  # a mirror that may not be read has nothing for us
        return []
