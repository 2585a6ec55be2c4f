"""The language host without an engine: which Python runs what, and what it answers."""

import sys
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import language_pb2

from local.plugins.language_python import host
from local.plugins.language_python.host import Host


@pytest.fixture
def served() -> Host:
    return Host("127.0.0.1:1")


def info(directory: Path, **options: str) -> Any:
    struct = struct_pb2.Struct()
    struct.update(options)
    return language_pb2.ProgramInfo(root_directory=str(directory), program_directory=str(directory), options=struct)


def test_the_virtualenv_option_chooses_the_python(tmp_path: Path) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert host._python(info(tmp_path, virtualenv="venv")) == str(python)
    assert host._python(info(tmp_path, virtualenv=str(tmp_path / "venv"))) == str(python)


def test_without_a_virtualenv_it_is_our_own(tmp_path: Path) -> None:
    assert host._python(info(tmp_path)) == sys.executable
    assert host._python(info(tmp_path, virtualenv="not-made-yet")) == sys.executable


def test_a_policy_pack_a_package_and_a_program_are_run_each_in_its_way(tmp_path: Path) -> None:
    assert host._plugin_arguments("analyzer", tmp_path, ["engine"]) == ["-m", "pulumi.policy", "engine", str(tmp_path)]
    assert host._plugin_arguments("resource", tmp_path, ["engine"]) == [str(tmp_path), "engine"]
    project = tmp_path / "pyproject.toml"
    project.write_text("[tool.x]\n")
    assert host._plugin_arguments("resource", tmp_path, ["engine"]) == [str(tmp_path), "engine"]
    project.write_text('[build-system]\nrequires = []\n[project]\nname = "fox-den"\n')
    assert host._plugin_arguments("resource", tmp_path, ["engine"]) == ["-m", "pulumi.run.plugin", "fox-den", "engine"]


def test_needs_no_downloads(served: Host) -> None:
    assert not served.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(), None).packages  # type: ignore[arg-type]
    said = list(served.InstallDependencies(language_pb2.InstallDependenciesRequest(), None))  # type: ignore[arg-type]
    assert b"nothing to install" in said[0].stdout


def test_knows_the_programs_packages(served: Host) -> None:
    def names(transitive: bool) -> set[str]:
        request = language_pb2.GetProgramDependenciesRequest(transitiveDependencies=transitive)
        return {found.name for found in served.GetProgramDependencies(request, None).dependencies}  # type: ignore[arg-type]

    assert "pulumi" in names(False) < names(True)


def test_an_import_gets_what_can_be_said(served: Host) -> None:
    request = language_pb2.GenerateProgramRequest(source={"main.pp": 'resource j "x" {\n\n}'})
    written = served.GenerateProgram(request, None).source["__main__.py"].decode()  # type: ignore[arg-type]
    assert all(line.startswith("#") for line in written.splitlines())
    assert '# resource j "x" {' in written


def test_a_package_with_a_program_of_its_own_is_run_by_that(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[build-system]\nrequires = []\n[project]\nname = "fox-den"\n')
    (tmp_path / "__main__.py").touch()
    assert host._plugin_arguments("resource", tmp_path, ["engine"]) == [str(tmp_path), "engine"]
