"""The exports with which plain pulumi works by hand."""

import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from local import __main__ as main
from local import shell
from local.errors import LocalError
from local.paths import REPO, cache_dir, config_dir, kubeconfig_file, state_dir
from local.toolchain.catalog import TOOLS
from local.toolchain.layout import Found, Record, bin_dir, tool_dir, write_record


@pytest.fixture(autouse=True)
def full_cache(machine: None) -> None:
    """A cache with every tool."""
    for tool in TOOLS.values():
        program = tool_dir(tool) / tool.name
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho {tool.name} of the cache\n")
        program.chmod(0o755)


def sh(script: str, env: dict[str, str] | None = None) -> str:
    """What a shell prints."""
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, timeout=10, env=env).stdout


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    """What ``python -m local env`` prints."""
    assert main.main(["env"]) == 0
    return capsys.readouterr().out


def test_kubectl_is_led_to_a_kubernetes_of_this_machine_while_it_is_there(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KUBECONFIG", "/of/the/user")
    assert "KUBECONFIG" not in shell.exports(os.environ)
    kubeconfig_file().parent.mkdir(parents=True)
    kubeconfig_file().write_text("{}")
    assert shell.exports(os.environ)["KUBECONFIG"] == str(kubeconfig_file())
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig_file()))
    kubeconfig_file().unlink()
    assert shell.exports(os.environ)["KUBECONFIG"] is None


@pytest.mark.parametrize("name", ["plain", "with space", "it's", 'a"b', "$HOME `id` \\", "new\nline", "*"])
def test_the_exports_survive_a_shell(capsys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str):
    monkeypatch.setenv("FOXDEN_STATE", str(tmp_path / name))
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "of another project")
    wanted = shell.exports(os.environ)
    script = printed(capsys) + "\n".join(f'printf "%s\\0" "${{{name}-unset}}"' for name in wanted)
    seen = dict(zip(wanted, sh(script).split("\0"), strict=False))
    assert seen == {name: "unset" if value is None else value for name, value in wanted.items()}


def test_the_values(tmp_path: Path):
    env = shell.environment()
    state = tmp_path / "state"
    assert env["PATH"].split(os.pathsep)[0] == str(state / "bin")
    assert env["PULUMI_HOME"] == str(state / "pulumi-home")
    assert env["PULUMI_BACKEND_URL"] == f"file://{state}/pulumi" and (state / "pulumi").is_dir()
    assert env["PULUMI_CONFIG_PASSPHRASE_FILE"] == str(tmp_path / "config" / "passphrase")
    assert env["PULUMI_SKIP_UPDATE_CHECK"] == env["PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER"] == "true"
    assert "PULUMI_CONFIG_PASSPHRASE" not in env
    assert env["HOME"] == os.environ["HOME"]
    assert {name: sh(name, env).strip() for name in TOOLS} == {name: f"{name} of the cache" for name in TOOLS}


def test_a_tool_is_found_as_make_tools_recorded_it(bin):
    program = bin.versioned("nomad", "Nomad v1.12.0")
    pinned = TOOLS["nomad"].version
    write_record(Record({"nomad": Found(str(program), "1.12.0", pinned, "path")}, {}))
    assert shell.tool("nomad") == program
    shell.environment()
    assert (bin_dir() / "nomad").resolve() == program
    program.unlink()  # then the cache's is the next best
    assert shell.tool("nomad") == tool_dir(TOOLS["nomad"]) / "nomad"
    shell.environment()
    assert (bin_dir() / "nomad").resolve() == tool_dir(TOOLS["nomad"]) / "nomad"


def test_a_record_of_another_pin_does_not_count(bin):
    program = bin.versioned("nomad", "Nomad v1.10.0")
    write_record(Record({"nomad": Found(str(program), "1.10.0", "1.10.0", "path")}, {}))
    assert shell.tool("nomad") == tool_dir(TOOLS["nomad"]) / "nomad"


@pytest.mark.parametrize("text", ["", "[]", '{"tools": {"nomad": {"other": 1}}, "refused": {}}', '{"tools": []}'])
def test_a_damaged_record_does_no_harm(text: str):
    state_dir().mkdir()
    (state_dir() / "tools.json").write_text(text)
    assert shell.tool("nomad") == tool_dir(TOOLS["nomad"]) / "nomad"


def test_missing_tools_are_named_and_nothing_is_printed_for_eval(capsys):
    for name in ("consul", "caddy"):
        (tool_dir(TOOLS[name]) / name).unlink()
    assert main.main(["env"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"error: missing: consul 1.21.0, caddy 2.11.9 (looked in {cache_dir()}): run 'make tools'\n"
    with pytest.raises(LocalError, match="run 'make tools'"):
        shell.tool("caddy")
    assert shell.tool("nomad").name == "nomad"


def test_places_that_cannot_be_made_are_an_error_without_a_traceback(capsys, monkeypatch, tmp_path: Path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("FOXDEN_STATE", str(tmp_path / "file" / "state"))
    assert main.main(["env"]) == 1
    assert "error: can't set up Pulumi's places (FOXDEN_STATE" in capsys.readouterr().err


def test_exporting_twice_is_exporting_once(monkeypatch: pytest.MonkeyPatch):
    first = shell.environment()
    for name, value in first.items():
        monkeypatch.setenv(name, value)
    assert shell.environment() == first


def test_another_checkouts_exports_are_not_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name, value in shell.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("FOXDEN_STATE", str(tmp_path / "other"))
    env = shell.environment()
    assert env["PULUMI_HOME"] == str(tmp_path / "other" / "pulumi-home")
    assert env["PULUMI_BACKEND_URL"] == f"file://{tmp_path}/other/pulumi"
    assert str(tmp_path / "state") not in env["PATH"]


def test_a_backend_of_the_users_is_kept_and_so_is_its_passphrase(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://mine")
    assert shell.environment()["PULUMI_CONFIG_PASSPHRASE_FILE"] == str(config_dir() / "passphrase")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "mine")
    env = shell.environment()
    assert (env["PULUMI_BACKEND_URL"], env["PULUMI_CONFIG_PASSPHRASE"]) == ("s3://mine", "mine")
    assert not (state_dir() / "pulumi").exists()


def test_a_pulumi_home_of_the_users_is_kept_and_stand_ins_come_by_path(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "mine"))
    env = shell.environment()
    assert env["PULUMI_HOME"] == str(tmp_path / "mine")
    assert sh("command -v pulumi-resource-nomad", env).strip() == str(bin_dir() / "pulumi-resource-nomad")


def test_the_passphrase_is_made_once_and_private():
    old = os.umask(0)
    try:
        file = shell.passphrase_file()
    finally:
        os.umask(old)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    text = file.read_text()
    assert len(text.strip()) >= 40
    assert shell.passphrase_file().read_text() == text
    assert [item.name for item in file.parent.iterdir()] == ["passphrase"]


def test_who_is_second_takes_the_firsts_passphrase(monkeypatch: pytest.MonkeyPatch):
    def another_is_quicker(draft: Path, file: Path) -> None:
        file.write_text("first\n")
        file.chmod(0o600)
        raise FileExistsError

    monkeypatch.setattr("os.link", another_is_quicker)
    assert shell.passphrase_file().read_text() == "first\n"
    assert [item.name for item in config_dir().iterdir()] == ["passphrase"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_passphrase_open_to_others_is_refused(capsys, mode: int):
    file = shell.passphrase_file()
    file.chmod(mode)
    assert main.main(["env"]) == 1
    out, err = capsys.readouterr()
    assert f"mode {mode:04o}: chmod 600 {shlex.quote(str(file))}" in err
    assert file.read_text().strip() not in out + err


def test_an_empty_passphrase_is_refused():
    shell.passphrase_file().write_text("")
    with pytest.raises(LocalError, match="must be a file with a passphrase in it"):
        shell.passphrase_file()


def test_the_environment_is_cheap_to_have():
    """Every command pays for what this module imports: neither Pulumi's SDK nor anything of the network."""
    code = "import local.shell, sys; print({'requests', 'grpc', 'pulumi', 'filelock', 'semver'} & set(sys.modules))"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], cwd=REPO, capture_output=True, text=True, check=True, timeout=10
        ).stdout
        == "set()\n"
    )
