"""Container images, with a `docker` that only notes what it is asked."""

import json
import platform
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.artifacts.build import artifacts_file, build
from local.artifacts.engine import Engine, find_engine, unsuitable
from local.errors import LocalError

GOOD = {"ServerVersion": "28", "OSType": "linux", "KernelVersion": platform.release(), "SecurityOptions": None}

Make = Callable[..., Path]


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes a `docker` on PATH that answers by the first words it is given, and notes all of them."""
    monkeypatch.setenv("FOXDEN_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("FOXDEN_DOCKER", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def make(info: Any = GOOD, *, has: str = "nothing", pull: int = 0, tags: str = "") -> Path:
        notes = tmp_path / "notes"
        (tmp_path / "info.json").write_text(json.dumps(info))
        program = tmp_path / "docker"
        program.write_text(
            f"""#!/bin/sh
echo "$@" >> {notes}
case "$1 $2" in
    "info "*) cat {tmp_path}/info.json ;;
    "image inspect") case "$3" in {has}) ;; *) exit 1 ;; esac ;;
    "image ls") printf '%b' '{tags}' ;;
    "pull "*) [ {pull} = 0 ] || {{ echo "no such registry" >&2; exit 1; }} ;;
    "import "*) cat > {tmp_path}/imported.tar ;;
esac
"""
        )
        program.chmod(0o755)
        return notes

    return make


def built() -> dict[str, Any]:
    engine = find_engine(print)
    build("/usr/bin/python3", engine, lambda: "", print)
    found: dict[str, Any] = json.loads(artifacts_file().read_text())
    return found


def test_without_an_engine_services_are_commands(docker: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    docker()
    monkeypatch.setenv("FOXDEN_DOCKER", "0")
    pods = built()["pods"]
    assert pods["command"][:2] == ["/usr/bin/python3", "-B"]
    assert Path(pods["command"][2]).parent.name == pods["version"]
    assert "image" not in pods


def test_with_an_engine_services_are_images_on_the_named_base(docker: Make) -> None:
    notes = docker()
    pods = built()["pods"]
    assert pods == {"version": pods["version"], "image": f"foxden/pods:{pods['version']}"}
    said = notes.read_text()
    assert "pull --quiet python:3.13-slim" in said
    assert f"--tag foxden/pods:{pods['version']} --build-arg BASE=python:3.13-slim" in said


def test_an_image_that_is_there_is_not_built_again(docker: Make) -> None:
    notes = docker(has="foxden/*")
    built()
    assert not [line for line in notes.read_text().splitlines() if line.startswith(("build", "pull", "import"))]


def test_without_a_registry_the_base_is_this_machines_python(docker: Make, tmp_path: Path) -> None:
    notes = docker(pull=1)
    built()
    assert "BASE=foxden/local-python:" in notes.read_text()
    with tarfile.open(tmp_path / "imported.tar") as archive:
        link = archive.getmember("usr/local/bin/python3")
        assert archive.getmember(link.linkname.lstrip("/")).mode & 0o555 == 0o555
        assert any(name.endswith("/json/__init__.py") for name in archive.getnames())


def test_old_images_go_but_never_the_current_one(docker: Make) -> None:
    docker(has="foxden/*")
    current = built()["pods"]["version"]
    tags = "".join(f"v{number}\\n" for number in range(7)) + current
    notes = docker(has="foxden/*", tags=tags)
    notes.unlink()
    built()
    removed = [line for line in notes.read_text().splitlines() if line.startswith("image rm foxden/pods")]
    assert removed == ["image rm foxden/pods:v5", "image rm foxden/pods:v6"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ServerVersion": ""}, "does not answer"),
        ({"KernelVersion": "0.0"}, "another machine"),
        ({"OSType": "windows"}, "another machine"),
        ({"SecurityOptions": ["name=seccomp", "name=rootless"]}, "rootless"),
    ],
)
def test_an_engine_whose_network_is_not_ours_is_left_alone(docker: Make, change: dict[str, Any], said: str) -> None:
    docker({**GOOD, **change})
    heard: list[str] = []
    assert find_engine(heard.append) is None
    assert said in heard[0]


def test_no_docker_is_no_engine(docker: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker()
    assert find_engine(print) is not None
    (tmp_path / "info.json").write_text("Cannot connect")
    assert find_engine(print) is None
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert find_engine(print) is None
    assert unsuitable(None, "x") is not None


def test_what_docker_said_is_passed_on(tmp_path: Path) -> None:
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\necho 'no space left' >&2\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(LocalError, match="docker build failed:\nno space left"):
        Engine(str(program)).run("build", timeout=5)
    program.write_text("#!/bin/sh\nexec sleep 30\n")
    with pytest.raises(LocalError, match="longer than"):
        Engine(str(program)).run("build", timeout=0.2)
    with pytest.raises(LocalError, match="cannot run"):
        Engine(str(tmp_path / "missing")).run("build", timeout=1)
