"""Where a Terraform provider is looked for on a machine."""

from pathlib import Path

import pytest

from local.toolchain import terraform
from local.toolchain.platform import this_platform


def put(mirror: Path, version: str, registry: str = "registry.terraform.io", executable: bool = True) -> Path:
    platform = this_platform()
    folder = mirror / registry / "hashicorp" / "aws" / version / f"{platform.system}_{platform.processor}"
    folder.mkdir(parents=True)
    program = folder / f"terraform-provider-aws_v{version}_x5"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755 if executable else 0o644)
    return program


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A machine without mirrors."""
    monkeypatch.setattr(terraform, "_USUAL", (str(tmp_path / "usual"),))
    return {"HOME": str(tmp_path / "home")}


def test_none_is_found_where_there_is_none(env: dict[str, str]) -> None:
    assert terraform.find("aws", "5.0.0", env) is None


def test_the_newest_of_a_mirror_is_taken(env: dict[str, str], tmp_path: Path) -> None:
    put(tmp_path / "usual", "5.99.1")
    newest = put(tmp_path / "usual", "5.100.0", "registry.opentofu.org")
    assert terraform.find("aws", "5.90.0", env) == terraform.Provider("5.100.0", newest)


def test_one_that_is_too_old_or_can_not_run_does_not_count(env: dict[str, str], tmp_path: Path) -> None:
    put(tmp_path / "usual", "5.89.0")
    put(tmp_path / "usual", "6.0.0", executable=False)
    assert terraform.find("aws", "5.90.0", env) is None


def test_terraforms_cache_comes_before_the_usual_places(env: dict[str, str], tmp_path: Path) -> None:
    put(tmp_path / "usual", "5.100.0")
    program = put(tmp_path / "cache", "5.95.0")
    env["TF_PLUGIN_CACHE_DIR"] = str(tmp_path / "cache")
    assert terraform.find("aws", "5.90.0", env) == terraform.Provider("5.95.0", program)


def test_what_the_user_names_comes_first(env: dict[str, str], tmp_path: Path) -> None:
    put(tmp_path / "cache", "5.100.0")
    program = put(tmp_path / "b", "5.95.0")
    env["TF_PLUGIN_CACHE_DIR"] = str(tmp_path / "cache")
    env[terraform.VARIABLE] = f"{tmp_path / 'a'}:{tmp_path / 'b'}"
    assert terraform.find("aws", "5.90.0", env) == terraform.Provider("5.95.0", program)


@pytest.mark.parametrize("named", [True, False])
def test_mirrors_of_terraforms_settings(env: dict[str, str], tmp_path: Path, named: bool) -> None:
    settings = tmp_path / "settings.tfrc" if named else tmp_path / "home" / ".terraformrc"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(
        'plugin_cache_dir = "$HOME/cache"\n'
        'provider_installation {\n  filesystem_mirror {\n    path    = "~/mirror"\n    include = ["*/*/*"]\n  }\n}\n'
    )
    if named:
        env["TF_CLI_CONFIG_FILE"] = str(settings)
    home = tmp_path / "home"
    assert terraform.mirrors(env)[:2] == [home / "cache", home / "mirror"]
    program = put(home / "mirror", "5.95.0")
    assert terraform.find("aws", "5.90.0", env) == terraform.Provider("5.95.0", program)


def test_terraforms_own_places(env: dict[str, str], tmp_path: Path) -> None:
    env["XDG_DATA_DIRS"] = "/one:/two"
    found = terraform.mirrors(env)
    home = tmp_path / "home"
    for place in (home / ".terraform.d/plugins", home / ".local/share/terraform/plugins", "/two/terraform/plugins"):
        assert Path(place) in found
