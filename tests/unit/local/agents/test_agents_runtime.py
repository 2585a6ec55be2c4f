"""What a task in a root of its own has."""

import os
import subprocess
from pathlib import Path

import pytest

from local.agents import runtime
from local.agents.runtime import chroot_env, closure, gather, interpreter, libraries_in


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return closure(interpreter())


def test_the_interpreter_is_a_resolved_path_outside_any_virtual_environment() -> None:
    path = interpreter()
    assert os.path.realpath(path) == path
    prefixes = "import sys; print(sys.prefix == sys.base_prefix)"
    assert subprocess.check_output([path, "-I", "-c", prefixes], text=True) == "True\n"


def test_a_python_and_a_shell_are_there_with_all_that_they_load(files: dict[str, str]) -> None:
    assert files[interpreter()] == interpreter()
    assert "/bin/sh" in files
    for library in runtime.shared_libraries([interpreter(), "/bin/sh"]):
        assert library in files
    assert all(Path(outside).is_file() for outside in files.values())


def test_the_library_comes_without_what_no_program_needs(files: dict[str, str]) -> None:
    names = [Path(path) for path in files]
    assert any(path.parts[-2:] == ("http", "server.py") for path in names)
    for left_out in ("site-packages", "dist-packages", "tkinter", "idlelib", "ensurepip"):
        assert not any(left_out in path.parts for path in names)
    assert sum(Path(outside).stat().st_size for outside in files.values()) < 120e6


def test_the_loader_is_found_in_what_ldd_says() -> None:
    said = """\
/usr/bin/a:
\tlinux-vdso.so.1 (0x00007ffc)
\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f01)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f02)
\tlibgone.so => not found
/usr/bin/static:
\tnot a dynamic executable
"""
    assert libraries_in(said) == {"/lib/x86_64-linux-gnu/libm.so.6", "/lib64/ld-linux-x86-64.so.2"}


def test_gathered_files_can_be_read_and_reached_by_anyone(tmp_path: Path) -> None:
    secret = tmp_path / "home" / "tool"
    secret.parent.mkdir(mode=0o700)
    secret.write_text("run me")
    secret.chmod(0o700)
    plain = tmp_path / "plain"
    plain.write_text("read me")
    plain.chmod(0o644)
    old = os.umask(0o077)
    try:
        gather({"/deep/down/tool": str(secret), "/etc/plain": str(plain)}, tmp_path / "tree")
    finally:
        os.umask(old)
    tree = tmp_path / "tree"
    assert (tree / "deep/down/tool").stat().st_mode & 0o777 == 0o755
    assert secret.stat().st_mode & 0o777 == 0o700
    assert (tree / "deep/down").stat().st_mode & 0o777 == 0o755
    assert (tree / "etc/plain").samefile(plain)


def test_gathering_again_leaves_nothing_of_before(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("a")
    gather({"/old": str(file)}, tmp_path / "tree")
    gather({"/new": str(file)}, tmp_path / "tree")
    assert [path.name for path in (tmp_path / "tree").iterdir()] == ["new"]


def test_nomad_is_given_relative_places(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "closure", lambda python, programs: {"/etc/hosts": "/etc/hosts"})
    assert chroot_env("python", []) == {
        str(state / "agents/runtime"): ".",
        str(state / "artifacts"): str(state / "artifacts")[1:],
    }
