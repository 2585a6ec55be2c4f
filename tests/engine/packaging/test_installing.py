"""The library as other projects get it: a wheel, an sdist or the repository, into an empty virtual environment."""

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from foxden.version import VERSION
from local.paths import REPO

_WITHIN = 300.0
LIBRARY = REPO / "components"
LEFT_BEHIND = shutil.ignore_patterns(".venv", "build", "*.egg-info", "__pycache__")
SDKS = ("pulumi_nomad", "pulumi_consul", "pulumi_kubernetes", "pulumi_aws", "pulumi_docker")
SAYS = f"""
import importlib.metadata, importlib.util, json, pathlib
import foxden
root = pathlib.Path(foxden.__file__).parent
print(json.dumps({{
    "version": importlib.metadata.version("foxden"),
    "where": str(root),
    "files": sorted(str(one.relative_to(root)) for one in root.rglob("*") if one.suffix != ".pyc" and one.is_file()),
    "sdks": [name for name in {SDKS} if importlib.util.find_spec(name)],
}}))
"""
PROJECT = """
import foxden


def described(port: int) -> foxden.ServiceDescription:
    return {"image": "pods:1.0", "port": port, "health": {"path": "/health"}, "needs": ["accounts"]}


def declared(cluster: foxden.ConnectionArgs) -> foxden.Services:
    return foxden.Services("all", {"cluster": cluster, "services": {"pods": described(8080)}})
"""
OTHER_SCHEDULER = """
import foxden, pulumi


class Nothing(pulumi.runtime.Mocks):
    def new_resource(self, args): return args.name, {}
    def call(self, args): return {}


pulumi.runtime.set_mocks(Nothing())
cluster = {"scheduler": "kubernetes", "environment": "qa", "domain": "qa.example.com", "address": "https://10.0.0.1"}
try:
    foxden.Environment("qa", {"cluster": cluster})
except pulumi.RunError as error:
    print(error)
"""
MISTAKEN = 'WRONG: foxden.ServiceDescription = {"image": "pods:1.0", "prot": 8080}\n'


@dataclass(frozen=True)
class Place:
    """A virtual environment, and what the library comes in."""

    python: Path
    wheel: Path
    sdist: Path
    repository: Path

    def pip(self, *words: str) -> str:
        """Run its pip."""
        return run(self.python, "-m", "pip", "--disable-pip-version-check", *words)

    def says(self) -> dict[str, object]:
        """What is installed."""
        found: dict[str, object] = json.loads(run(self.python, "-c", SAYS))
        return found


def run(*command: str | Path, expect: int = 0, cwd: Path | None = None) -> str:
    """What a command printed; fails with all of it when it ends otherwise than expected."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=_WITHIN)
    assert done.returncode == expect, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An empty virtual environment, with the library from a wheel and what a project on Nomad takes besides."""
    root = tmp_path_factory.mktemp("packaging")
    source, dist = root / "repository", root / "dist"
    shutil.copytree(LIBRARY, source / "components", ignore=LEFT_BEHIND)
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm1"],
    ):
        run("git", *words, cwd=source)
    venv.create(root / "venv", with_pip=True)
    made = Place(
        root / "venv" / "bin" / "python",
        dist / f"foxden-{VERSION}-py3-none-any.whl",
        dist / f"foxden-{VERSION}.tar.gz",
        source,
    )
    made.pip("install", "-q", "setuptools>=77")
    backend = "import sys, setuptools.build_meta as made; made.build_sdist(sys.argv[1])"
    run(made.python, "-c", backend, str(dist), cwd=source / "components")
    # A wheel is made from the sdist, so that what the sdist lacks is missed.
    made.pip("wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(dist), str(made.sdist))
    made.pip("install", "-q", f"foxden[nomad] @ {made.wheel.as_uri()}")
    yield made


def test_a_wheel_has_the_whole_library_and_an_extra_what_its_scheduler_takes(place: Place) -> None:
    found = place.says()
    ours = {
        str(file.relative_to(LIBRARY / "foxden"))
        for file in (LIBRARY / "foxden").rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }
    assert found["version"] == VERSION
    assert set(found["files"]) == ours  # type: ignore[call-overload]
    assert found["sdks"] == ["pulumi_nomad", "pulumi_consul"]


@pytest.mark.parametrize("way", ["sdist", "repository"])
def test_it_is_the_same_from_an_sdist_and_from_the_repository(place: Place, way: str) -> None:
    before = place.says()
    source = f"git+{place.repository.as_uri()}#subdirectory=components" if way == "repository" else str(place.sdist)
    place.pip("uninstall", "-q", "-y", "foxden")
    place.pip("install", "-q", "--no-deps", "--no-build-isolation", source)
    assert place.says() == before


def test_every_scheduler_and_cloud_has_an_extra(place: Place) -> None:
    extras = {"nomad", "kubernetes", "aws", "consul", "docker", "all"}
    asked = "import importlib.metadata as m, json; print(json.dumps(m.metadata('foxden').get_all('Provides-Extra')))"
    assert set(json.loads(run(place.python, "-c", asked))) == extras
    report = place.pip(
        "install", "-q", "--dry-run", "--ignore-installed", "--report", "-", f"foxden[all] @ {place.wheel.as_uri()}"
    )
    chosen = {entry["metadata"]["name"].replace("-", "_") for entry in json.loads(report)["install"]}
    assert set(SDKS) <= chosen


def test_a_project_that_imports_it_is_checked_strictly(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "project.py"
    check = (sys.executable, "-m", "mypy", "--strict", "--python-executable", str(place.python), str(file))
    file.write_text(PROJECT)
    assert "no issues found" in run(*check, cwd=tmp_path)
    file.write_text(PROJECT + MISTAKEN)
    assert 'Extra key "prot"' in run(*check, expect=1, cwd=tmp_path)


def test_a_scheduler_whose_extra_was_not_chosen_says_which_it_is(place: Place) -> None:
    said = run(place.python, "-c", OTHER_SCHEDULER)
    assert said == "foxden: pulumi_kubernetes is not installed: run pip install 'foxden[kubernetes]'\n"
