"""Programs, policy packs and components, run by the stand-in Python host under the real engine."""

import os
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.plugins.projects import FAILED, Project, named
from tests.engine.plugins.projects import project as new_project


@pytest.fixture
def bare(tmp_path: Path, env: dict[str, str]) -> Iterator[Project]:
    """A project without servers."""
    with new_project(named(tmp_path), tmp_path / "project", env, {}) as made:
        yield made


def write(project: Project, program: str, **files: str) -> None:
    (project.directory / "__main__.py").write_text(program)
    for name, text in files.items():
        (project.directory / f"{name}.py").write_text(text)


def test_what_a_program_sees_and_says(bare: Project) -> None:
    write(
        bare,
        "import os, sys\n"
        "import pulumi, beside\n"
        "print('printed', beside.WORD)\n"
        "print('complained', file=sys.stderr)\n"
        "pulumi.export('cwd', os.getcwd())\n"
        "pulumi.export('where', f'{pulumi.get_project()}/{pulumi.get_stack()}')\n"
        "pulumi.export('secret', pulumi.Config().require_secret('s'))\n"
        "pulumi.export('asked', sys.stdin.read())\n",
        beside="WORD = 'neighbour'\n",
    )
    bare.pulumi("config", "set", "--secret", "s", "hush-77")
    said = bare.up()
    assert "printed neighbour" in said and "complained" in said
    outputs = bare.state()[f"{bare.name}-dev"]["outputs"]
    assert outputs["cwd"] == str(bare.directory) and outputs["where"] == f"{bare.name}/dev" and outputs["asked"] == ""
    assert "hush-77" not in said + bare.state_text


def test_errors_are_shown_as_they_are_meant(bare: Project) -> None:
    write(bare, "import pulumi\nraise pulumi.RunError(\"service 'pods': replicas must be 0 or more, got -1\")\n")
    said = bare.pulumi("preview", expect=FAILED)
    assert "error: service 'pods': replicas must be 0 or more, got -1" in said and "Traceback" not in said
    write(bare, "import beside\nbeside.fail()\n", beside="def fail():\n    raise ValueError('broken')\n")
    said = bare.pulumi("preview", expect=FAILED)
    assert "error: Program failed with an unhandled exception:" in said and "ValueError: broken" in said
    assert 'beside.py", line 2, in fail' in said
    assert "local/plugins" not in said  # what lies below the program is not the author's concern
    write(bare, "import sys\nsys.exit(3)\n")
    assert "Program exited with non-zero exit code: 3" in bare.pulumi("preview", expect=FAILED)


def test_the_virtualenv_option(bare: Project) -> None:
    venv.create(bare.directory / "own", with_pip=False)
    packages = next((bare.directory / "own" / "lib").glob("python*")) / "site-packages"
    (packages / "shared.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")))
    (bare.directory / "Pulumi.yaml").write_text(
        f"name: {bare.name}\nruntime:\n  name: python\n  options:\n    virtualenv: own\n"
    )
    write(bare, "import sys, pulumi\npulumi.export('prefix', sys.prefix)\n")
    bare.up()
    prefix = bare.state()[f"{bare.name}-dev"]["outputs"]["prefix"]
    assert os.path.realpath(prefix) == os.path.realpath(bare.directory / "own")


def test_a_component_plugin(bare: Project, tmp_path: Path) -> None:
    plugin = tmp_path / "component"
    plugin.mkdir()
    (plugin / "PulumiPlugin.yaml").write_text("runtime: python\n")
    (plugin / "__main__.py").write_text(
        "from typing import Optional, TypedDict\n"
        "import pulumi\n"
        "from pulumi.provider.experimental import component_provider_host\n"
        "class ThingArgs(TypedDict):\n"
        "    size: pulumi.Input[int]\n"
        "class Thing(pulumi.ComponentResource):\n"
        "    def __init__(self, name: str, args: ThingArgs, opts: Optional[pulumi.ResourceOptions] = None):\n"
        "        super().__init__('comp:index:Thing', name, {}, opts)\n"
        "component_provider_host([Thing], 'comp')\n"
    )
    assert '"comp:index:Thing"' in bare.done_without_stack("package", "get-schema", str(plugin)).output
