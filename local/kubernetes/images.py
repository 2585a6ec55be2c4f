"""Container images, made without Docker or a registry: one archive with all of them, for containerd to take in."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from local.kubernetes.waits import program
from local.toolchain.platform import this_platform

PAUSE = "docker.io/foxden/pause:1"
NOBODY = "65534"
_PATH = "PATH=/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Layer:
    """Files of an image."""

    files: Mapping[str, str | bytes] = field(repr=False)
    """Path inside -> file outside, or content."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Path inside -> where it leads."""
    programs: frozenset[str] = frozenset()
    """Of the contents, those that can be run; a file outside says so itself."""


@dataclass(frozen=True)
class Image:
    """What is to be made."""

    name: str
    layers: Sequence[Layer]
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: str = "/"
    user: str = NOBODY


def pause() -> Image:
    """The image of the program that every pod has."""
    layer = Layer({"/pause": program(this_platform().processor)}, programs=frozenset({"/pause"}))
    return Image(PAUSE, [layer], ["/pause"])


def of_program(name: str, path: Path) -> Image:
    """An image of one program that needs no library."""
    inside = f"/usr/local/bin/{path.name}"
    return Image(name, [Layer({inside: str(path)})], [inside])


def write_archive(images: Sequence[Image], archive: BinaryIO) -> None:
    """Write images in the form of ``docker save``; a layer that several have is in there once."""
    manifest = []
    with tarfile.open(fileobj=archive, mode="w") as out:
        known: dict[int, tuple[str, str]] = {}
        for image in images:
            for layer in image.layers:
                if id(layer) not in known:
                    known[id(layer)] = _add_layer(out, layer)
            layers = [known[id(layer)] for layer in image.layers]
            told = configuration(image, [digest for digest, _ in layers])
            name = f"{hashlib.sha256(told).hexdigest()}.json"
            _add(out, name, told)
            manifest.append({"Config": name, "RepoTags": [image.name], "Layers": [file for _, file in layers]})
        _add(out, "manifest.json", json.dumps(manifest).encode())


def configuration(image: Image, layers: Sequence[str]) -> bytes:
    """What an image says of itself. ``layers``: the digest of each, as it is without compression."""
    platform = this_platform()
    said: dict[str, Any] = {
        "architecture": platform.processor,
        "os": platform.system,
        "config": {
            "Entrypoint": list(image.command),
            "Env": [_PATH, *(f"{name}={value}" for name, value in sorted(image.environment.items()))],
            "User": image.user,
            "WorkingDir": image.directory,
        },
        "rootfs": {"type": "layers", "diff_ids": layers},
        "history": [{"created_by": "foxden"} for _ in layers],
    }
    return json.dumps(said, sort_keys=True).encode()


def _add_layer(out: tarfile.TarFile, layer: Layer) -> tuple[str, str]:
    """Its digest, and its name in the archive."""
    content = layer_archive(layer)
    digest = hashlib.sha256(content).hexdigest()
    file = f"{digest}/layer.tar"
    _add(out, file, content)
    return f"sha256:{digest}", file


def layer_archive(layer: Layer) -> memoryview:
    """The files of a layer, as an archive: the same bytes for the same files."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as packed:
        for directory in sorted(_directories([*layer.files, *layer.links])):
            entry = tarfile.TarInfo(directory.lstrip("/"))
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            packed.addfile(entry)
        for inside, source in sorted(layer.files.items()):
            _add_file(packed, inside, source, inside in layer.programs)
        for inside, target in sorted(layer.links.items()):
            entry = tarfile.TarInfo(inside.lstrip("/"))
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            packed.addfile(entry)
    return content.getbuffer()


def _add_file(packed: tarfile.TarFile, inside: str, source: str | bytes, runs: bool) -> None:
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    runs = runs or (isinstance(source, str) and bool(Path(source).stat().st_mode & 0o100))
    _add(packed, inside.lstrip("/"), data, 0o755 if runs else 0o644)


def _add(out: tarfile.TarFile, name: str, data: bytes | memoryview, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), mode
    out.addfile(entry, io.BytesIO(data))


def _directories(paths: Iterable[str]) -> set[str]:
    return {str(parent) for path in paths for parent in Path(path).parents if str(parent) != "/"}


def missing(images: Sequence[Image], has: Callable[[str], bool]) -> list[Image]:
    """Those that are not there yet."""
    return [image for image in images if not has(image.name)]
