"""The pinned table is consistent in itself, and names the releases as their makers do."""

import pytest

from local.errors import LocalError
from local.toolchain.catalog import PLUGINS, TOOLS
from local.toolchain.checkers import ACTIONLINT
from local.toolchain.gobuild import go_mod
from local.toolchain.platform import Platform, this_platform

LINUX, MAC = Platform("linux", "amd64"), Platform("darwin", "arm64")


@pytest.mark.parametrize(
    ("name", "linux", "mac"),
    [
        ("pulumi", "/sdk/pulumi-v3.250.0-linux-x64.tar.gz", "/sdk/pulumi-v3.250.0-darwin-arm64.tar.gz"),
        ("consul", "/consul/1.21.0/consul_1.21.0_linux_amd64.zip", "/consul/1.21.0/consul_1.21.0_darwin_arm64.zip"),
        ("nomad", "/nomad/1.11.3/nomad_1.11.3_linux_amd64.zip", "/nomad/1.11.3/nomad_1.11.3_darwin_arm64.zip"),
        ("caddy", "/v2.11.9/caddy_2.11.9_linux_amd64.tar.gz", "/v2.11.9/caddy_2.11.9_mac_arm64.tar.gz"),
    ],
)
def test_archives_are_named_as_on_their_servers(name: str, linux: str, mac: str) -> None:
    tool = TOOLS[name]
    assert tool.release.archive_url(tool.version, LINUX).endswith(linux)
    assert tool.release.archive_url(tool.version, MAC).endswith(mac)
    assert tool.release.archive_url(tool.version, LINUX).startswith("https://")
    assert tool.release.checksums_url(tool.version, LINUX).startswith("https://")


@pytest.mark.parametrize("tool", [*TOOLS.values(), ACTIONLINT], ids=lambda tool: tool.name)
def test_release_and_module_are_of_the_same_version(tool) -> None:
    assert set(tool.module.requires.values()) == {f"v{tool.version}"}
    assert {line.split()[1] for line in tool.module.sums} == {f"v{tool.version}"}
    assert {line.split()[0] for line in tool.module.sums} == set(tool.module.requires)
    assert set(tool.module.variables.values()) <= {f"v{tool.version}"}
    assert any(tool.module.package.startswith(name) for name in tool.module.requires)


def test_go_mod_of_nomad_carries_its_replacements() -> None:
    text = go_mod(TOOLS["nomad"])
    assert text.startswith("module foxden.local/tools/nomad\n\ngo 1.26\n\ntool github.com/hashicorp/nomad\n")
    assert "\nrequire github.com/hashicorp/nomad v1.11.3\n" in text
    assert "\nreplace github.com/hashicorp/hcl => github.com/hashicorp/hcl v1.0.1-nomad-1\n" in text
    assert text.count("\nreplace ") == 3


def test_plugins_are_named_as_pulumi_looks_for_them() -> None:
    assert [(plugin.program, plugin.directory) for plugin in PLUGINS] == [
        ("pulumi-language-python", "language-python-v3.250.0"),
        ("pulumi-resource-nomad", "resource-nomad-v2.6.1"),
        ("pulumi-resource-consul", "resource-consul-v3.15.2"),
    ]


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        ("Linux", "x86_64", "linux-amd64"),
        ("Linux", "aarch64", "linux-arm64"),
        ("Darwin", "arm64", "darwin-arm64"),
        ("Darwin", "x86_64", "darwin-amd64"),
    ],
)
def test_platforms(monkeypatch: pytest.MonkeyPatch, system: str, machine: str, name: str) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert str(this_platform()) == name


def test_another_platform_is_an_error_that_says_what_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Windows")
    with pytest.raises(LocalError, match=r"no tools for Windows .* WSL"):
        this_platform()
