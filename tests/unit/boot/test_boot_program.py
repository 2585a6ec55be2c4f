"""The nodes' program as one file."""

import ast
import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from foxden.boot.files import shipped, shipped_below
from foxden.boot.node import Role
from foxden.boot.program import packed
from foxden.schedulers.nomad import nodes

SAMPLE = {"__init__.py": "", "__main__.py": "import sys\nfrom . import words\nprint(words.HELLO, sys.argv[1:])\n"}
SAMPLE["words.py"] = 'HELLO = "hello"\n'
SAMPLES_CHECKSUM = "756e4519da0cf66235783e64e021ac49030badc1eca7ac855de72e8ff063df28"
MODULES = shipped_below("node", ".py")


def test_the_bytes_are_the_same_everywhere() -> None:
    program = packed("sample", SAMPLE)
    assert program.checksum == hashlib.sha256(program.content).hexdigest() == SAMPLES_CHECKSUM
    assert packed("sample", dict(reversed(SAMPLE.items()))) == program
    assert program.key == f"programs/{SAMPLES_CHECKSUM}.pyz"


def test_whatever_is_in_it_gives_another_checksum() -> None:
    others = [packed("sample", {**SAMPLE, "words.py": ""}), packed("example", SAMPLE), packed("sample", SAMPLE)]
    assert len({each.checksum for each in others}) == 3


def test_it_runs_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "sample"
    file.write_bytes(packed("sample", SAMPLE).content)
    assert file.read_bytes().startswith(b"#!/usr/bin/python3\n")
    done = subprocess.run([sys.executable, str(file), "a", "b"], capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr) == ("hello ['a', 'b']\n", "")


@pytest.mark.parametrize("role", list(Role))
def test_a_role_has_all_that_its_modules_import(role: Role, tmp_path: Path) -> None:
    file = tmp_path / "program"
    file.write_bytes(nodes.program(role).content)
    names = [Path(name).stem for name in _inside(role) if name.startswith("foxden_node/")]
    assert {"agent", "configure", "server" if role == Role.SERVER else "worker"} <= set(names)
    text = f"import sys; sys.path.insert(0, {str(file)!r})\n"
    text += "".join(f"import foxden_node.{name}\n" for name in names if name != "__init__")
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=30)
    assert done.stderr == ""


def test_every_module_is_on_one_node_or_another() -> None:
    there = {name for role in Role for name in _inside(role)}
    assert {f"foxden_{name}" for name in MODULES} == there - {"__main__.py"}


def _inside(role: Role) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(nodes.program(role).content)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


@pytest.mark.parametrize("name", [*MODULES, "fetch_program.py"])
def test_it_is_written_for_the_oldest_python_that_nodes_have(name: str) -> None:
    assert shipped(name).isascii()
    ast.parse(shipped(name), feature_version=(3, 10))
    assert not {"UTC", "StrEnum", "tomllib", "Self"} & set(shipped(name).replace(".", " ").split())
