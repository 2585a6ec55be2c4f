"""What it takes for programs on AWS to run here."""

import dataclasses
import time
from pathlib import Path

import pytest

from local.errors import LocalError
from local.toolchain import aws, terraform
from local.toolchain.catalog import AWS_PLUGIN, TERRAFORM_BRIDGE
from local.toolchain.gobuild import go_mod
from local.toolchain.layout import Found, Record, Refusal, plugin_cache, plugin_dir, read_record, tool_dir, write_record
from local.toolchain.platform import this_platform
from local.toolchain.resolve import Resolved
from local.toolchain.standins import own_home


def executable(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No mirrors, a Pulumi, and an official plugin that was refused a moment ago."""
    pulumi = executable(tmp_path / "bin" / "pulumi")
    monkeypatch.setattr("local.shell.tool", lambda name: pulumi)
    monkeypatch.setattr(terraform, "_USUAL", ())
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    for name in ("TF_PLUGIN_CACHE_DIR", "TF_CLI_CONFIG_FILE", "XDG_DATA_DIRS"):
        monkeypatch.delenv(name, raising=False)
    write_record(Record({}, {AWS_PLUGIN.directory: Refusal("HTTP 403", time.time())}))


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Terraform provider of this machine's."""
    platform = f"{this_platform().system}_{this_platform().processor}"
    folder = tmp_path / "mirror" / "registry.terraform.io" / "hashicorp" / "aws" / "5.100.0" / platform
    monkeypatch.setenv(terraform.VARIABLE, str(tmp_path / "mirror"))
    return executable(folder / "terraform-provider-aws_v5.100.0_x5")


@pytest.fixture
def bridge(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The bridge, as if it had been built before."""
    program = executable(tool_dir(TERRAFORM_BRIDGE) / TERRAFORM_BRIDGE.name)
    found = Found(str(program), TERRAFORM_BRIDGE.version, TERRAFORM_BRIDGE.version, "cache")
    monkeypatch.setattr(aws, "resolve", lambda *arguments: Resolved(found, ""))
    return program


def test_without_a_provider_the_error_says_where_it_looked_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LocalError) as raised:
        aws.ensure()
    said = str(raised.value)
    assert "HTTP 403" in said
    assert str(tmp_path / "home" / ".terraform.d" / "plugins") in said
    assert "pulumi plugin install resource aws 7.51.1" in said
    assert terraform.VARIABLE in said


def test_a_stand_in_takes_the_place_of_a_refused_plugin(provider: Path, bridge: Path) -> None:
    ready = aws.ensure()
    assert not ready.official
    assert "Terraform AWS provider 5.100.0" in ready.text
    assert "local.plugins.aws" in (plugin_dir(own_home(), AWS_PLUGIN) / AWS_PLUGIN.program).read_text()
    assert read_record().refused.keys() == {AWS_PLUGIN.directory}


def test_the_stand_ins_parts(provider: Path, bridge: Path) -> None:
    found = aws.parts()
    assert (found.bridge, found.version) == (bridge, "5.100.0")
    # The bridge takes its tokens' names from the file's name.
    assert found.provider.name == "terraform-provider-aws"
    assert found.provider.samefile(provider)
    assert aws.parts() == found


def test_parts_follow_a_provider_that_moved(provider: Path, bridge: Path, tmp_path: Path) -> None:
    link = aws.parts().provider
    moved = executable(Path(str(provider).replace("5.100.0", "5.101.0")))
    provider.unlink()
    assert aws.parts().provider == link
    assert link.samefile(moved)


def test_a_missing_part_is_named(bridge: Path) -> None:
    with pytest.raises(LocalError, match="misses a Terraform AWS provider"):
        aws.parts()


def test_the_official_plugin_wins(provider: Path, bridge: Path) -> None:
    aws.ensure()
    executable(plugin_dir(plugin_cache(), AWS_PLUGIN) / AWS_PLUGIN.program, "#!/bin/sh\n# official\n")
    assert aws.ensure().official
    assert "official" in (plugin_dir(own_home(), AWS_PLUGIN) / AWS_PLUGIN.program).read_text()


def test_a_refusal_is_asked_again_after_a_day(monkeypatch: pytest.MonkeyPatch, provider: Path, bridge: Path) -> None:
    asked = []

    def install(*arguments: object) -> Refusal:
        asked.append(1)
        return Refusal("HTTP 404", time.time())

    monkeypatch.setattr(aws, "install", install)
    aws.ensure()
    assert not asked
    write_record(dataclasses.replace(read_record(), refused={AWS_PLUGIN.directory: Refusal("HTTP 403", 1.0)}))
    aws.ensure()
    assert asked == [1]
    assert read_record().refused[AWS_PLUGIN.directory].reason == "HTTP 404"


def test_the_bridge_is_built_at_pinned_versions() -> None:
    text = go_mod(TERRAFORM_BRIDGE)
    assert "\ntool github.com/pulumi/pulumi-terraform-bridge/v3/dynamic\n" in text
    assert f"\nrequire github.com/pulumi/pulumi-terraform-bridge/v3 v{TERRAFORM_BRIDGE.version}\n" in text
    assert [line.split()[1] for line in TERRAFORM_BRIDGE.module.sums] == [f"v{TERRAFORM_BRIDGE.version}"]


def test_the_plugin_is_of_the_sdks_version() -> None:
    from importlib.metadata import version

    assert AWS_PLUGIN.version == version("pulumi_aws")
