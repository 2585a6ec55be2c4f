"""Pulumi projects for tests: the real engine, the stand-ins as its plugins, a backend in a directory."""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from local.paths import REPO
from local.plugins.consul.provider import PACKAGE as CONSUL
from local.plugins.kubernetes.provider import PACKAGE as KUBERNETES
from local.plugins.nomad.provider import PACKAGE as NOMAD
from local.shell import tool
from tests.engine.harness.command import Done, Running, run

_WITHIN = 120.0
FAILED = 1
"""Exit code of a pulumi command that did not do what it was told."""
_NOT_NEWS = ("same", "create-replacement", "delete-replaced")
_PROGRAM = Path(__file__).parent / "program"


def environment(directory: Path) -> dict[str, str]:
    """An environment in which ``pulumi`` finds the stand-ins, even where official plugins are installed."""
    found = settings(directory, {package.name: package.version for package in (NOMAD, CONSUL, KUBERNETES)})
    dropped = ("PULUMI_", "NOMAD_", "CONSUL_", "KUBECONFIG", "AWS_CA_BUNDLE")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(dropped)}, **found}


def settings(directory: Path, packages: Mapping[str, str]) -> dict[str, str]:
    """What makes ``pulumi`` keep all it knows in a directory, and use stand-ins for packages at these versions."""
    home, backend = directory / "pulumi-home", directory / "backend"
    backend.mkdir()
    launcher(home, "language", "python", version("pulumi"), "language_python")
    for name, number in packages.items():
        launcher(home, "resource", name, number, name)
    return {
        "PATH": "/usr/bin:/bin",
        "PULUMI_HOME": str(home),
        "PULUMI_BACKEND_URL": f"file://{backend}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def launcher(home: Path, kind: str, name: str, number: str, module: str) -> None:
    """Have ``pulumi`` with that home use a stand-in of this checkout as its plugin."""
    file = home / "plugins" / f"{kind}-{name}-v{number}" / f"pulumi-{kind}-{name}"
    file.parent.mkdir(parents=True)
    file.write_text(f'#!/bin/sh\nPYTHONPATH={REPO} exec {sys.executable} -m local.plugins.{module} "$@"\n')
    file.chmod(0o755)


@dataclass(frozen=True)
class Project:
    """A project with one stack, ``dev``."""

    name: str
    directory: Path
    env: dict[str, str]
    providers: dict[str, Any]
    within: float = _WITHIN
    """Seconds for a command."""

    def wish(self, **resources: dict[str, Any]) -> None:
        """Have the program declare class (``nomad_Job``) -> name -> arguments. Providers come by themselves."""
        wishes = {key.replace("_", ".", 1): value for key, value in resources.items()}
        packages = {key.split(".")[0] for key in wishes}
        providers = {key: value for key, value in self.providers.items() if key.split(".")[0] in packages}
        (self.directory / "wish.json").write_text(json.dumps({**providers, **wishes}))

    def command(self, *words: str) -> list[str]:
        """A pulumi command on the stack."""
        return [str(tool("pulumi")), *words, "--stack", "dev", "--non-interactive", "--color", "never"]

    def pulumi(self, *words: str, expect: int | None = 0) -> str:
        """Run it; returns everything it said."""
        return self.done(*words, expect=expect).output

    def done(self, *words: str, expect: int | None = 0) -> Done:
        """Run it; fails when it ends with another exit code than expected."""
        return run(self.command(*words), self.directory, self.env, self.within, expect)

    def done_without_stack(self, *words: str) -> Done:
        """Run a command that is about no stack."""
        return run([str(tool("pulumi")), *words], self.directory, self.env, self.within)

    def started(self, *words: str) -> Running:
        """Start it, for tests that interfere."""
        return Running(self.command(*words), self.directory, self.env)

    def up(self, fails: bool = False) -> str:
        return self.pulumi("up", "--yes", "--skip-preview", expect=FAILED if fails else 0)

    def destroy(self) -> str:
        return self.pulumi("destroy", "--yes", "--skip-preview")

    def refresh(self) -> str:
        return self.pulumi("refresh", "--yes", "--skip-preview")

    def preview(self) -> dict[str, list[str]]:
        """Name -> what would be done to it and which properties differ, of everything that would not stay the same."""
        said = json.loads(self.pulumi("preview", "--json"))
        return {
            step["urn"].split("::")[-1]: [step["op"], *sorted(step.get("detailedDiff") or {})]
            for step in said["steps"]
            if step["op"] not in ("same", "create-replacement", "delete-replaced")
            and "pulumi:pulumi" not in step["urn"]
        }

    @property
    def state_text(self) -> str:
        """The state file, as it lies there."""
        backend = Path(self.env["PULUMI_BACKEND_URL"].removeprefix("file://"))
        return (backend / ".pulumi" / "stacks" / self.name / "dev.json").read_text()

    def state(self) -> dict[str, Any]:
        """Name -> resource, as in the state."""
        resources = json.loads(self.state_text)["checkpoint"]["latest"].get("resources") or []
        return {resource["urn"].split("::")[-1]: resource for resource in resources}


def named(directory: Path) -> str:
    """What a test's project is called: after its directory, as no other test's is that has the same backend."""
    return directory.name.removeprefix("test_").replace("_", "-")


@contextmanager
def project(name: str, directory: Path, env: dict[str, str], providers: dict[str, Any]) -> Iterator[Project]:
    """A new project with the program that grants wishes; what it has left is destroyed at the end."""
    shutil.copytree(_PROGRAM, directory, dirs_exist_ok=True)
    (directory / "Pulumi.yaml").write_text(f"name: {name}\nruntime: python\n")
    made = Project(name, directory, env, providers)
    made.wish()
    made.pulumi("stack", "init")
    yield made
    if made.state():
        made.destroy()
