"""Images of the services for a containerd: what their Dockerfiles say, on this machine's Python."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from local.artifacts import containers as building
from local.artifacts.build import artifacts_file
from local.artifacts.sources import Source
from local.artifacts.store import store_dir
from local.errors import LocalError
from local.kubernetes.images import Image, Layer

DOCKERFILE = b'WORKDIR /app\nCOPY *.py ./\nUSER 7\nENV HOST=0.0.0.0 PORT=8080\nENTRYPOINT ["python3", "/app/app.py"]\n'


class FakeContainers:
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.taken: dict[str, Image] = {}
        self.removed: list[str] = []

    def images(self) -> set[str]:
        return set(self.taken)

    def take_in(self, images: Sequence[Image]) -> list[str]:
        new = [image for image in images if image.name not in self.taken]
        self.taken |= {image.name: image for image in new}
        return [image.name for image in new]

    def remove(self, names: Sequence[str]) -> None:
        self.removed += names


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Source]:
    """The services of this checkout; the test may change them."""
    monkeypatch.setenv("FOXDEN_STATE", str(tmp_path / "state"))
    found = [Source("pods", {"app.py": b"1", "Dockerfile": DOCKERFILE})]
    monkeypatch.setattr(building, "read_sources", lambda: found)
    monkeypatch.setattr(building, "python_layer", lambda: Layer({"/python": b""}))
    return found


def build(containers: FakeContainers, used: set[str] | None = None) -> list[str]:
    said: list[str] = []
    building.build_images(containers, lambda: used or set(), said.append)  # type: ignore[arg-type]
    return said


def test_an_image_is_what_the_dockerfile_says(sources: list[Source]) -> None:
    containers = FakeContainers()
    said = build(containers)
    [image] = containers.taken.values()
    assert image.name == f"docker.io/foxden/pods:{sources[0].version}"
    assert said == [f"built foxden/pods:{sources[0].version}"]
    assert (image.command, image.directory, image.user) == (["python3", "/app/app.py"], "/app", "7")
    assert image.environment == {"HOST": "0.0.0.0", "PORT": "8080"}
    assert list(image.layers[1].files) == ["/app/app.py"]
    noted = json.loads(artifacts_file().read_text())
    assert noted == {"pods": {"version": sources[0].version, "image": f"foxden/pods:{sources[0].version}"}}


def test_what_is_there_is_not_made_again(sources: list[Source]) -> None:
    containers = FakeContainers()
    build(containers)
    assert build(containers) == []


def test_a_dockerfile_that_is_not_understood_is_an_error(sources: list[Source]) -> None:
    sources[0] = Source("pods", {"app.py": b"1", "Dockerfile": b"ENTRYPOINT python3 app.py\n"})
    with pytest.raises(LocalError, match="must have WORKDIR, and ENTRYPOINT as a list"):
        build(FakeContainers())


def test_old_images_go_unless_a_pod_is_made_of_them(sources: list[Source]) -> None:
    containers = FakeContainers()
    versions = []
    for number in range(8):
        sources[0] = Source("pods", {"app.py": str(number).encode(), "Dockerfile": DOCKERFILE})
        versions.append(sources[0].version)
        build(containers, {f"foxden/pods:{versions[0]}", "docker.io/foxden/coredns:1", "other@sha256:1"})
    kept = {path.name for path in (store_dir() / "pods").iterdir()}
    assert versions[0] in kept and versions[-1] in kept
    assert set(containers.removed) == {f"docker.io/foxden/pods:{version}" for version in set(versions) - kept}
    assert containers.removed
