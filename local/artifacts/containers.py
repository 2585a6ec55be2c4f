"""Container images of the services for a containerd, made without Docker or a registry: on this machine's Python."""

import functools
import json
import re
from collections.abc import Callable, Mapping

from local.agents import interpreter
from local.agents.runtime import closure
from local.artifacts.build import Artifact, write_artifacts
from local.artifacts.images import image_name
from local.artifacts.sources import Source, read_sources
from local.artifacts.store import place, prune, store_dir
from local.errors import LocalError
from local.kubernetes.containers import Containers
from local.kubernetes.images import Image, Layer

_REGISTRY = "docker.io/"
"""What stands in front of a name that names no registry."""
_INSTRUCTION = re.compile(r"^(WORKDIR|USER|ENV|ENTRYPOINT)\s+(.+)$", re.MULTILINE)


def build_images(containers: Containers, used: Callable[[], set[str]], report: Callable[[str], None]) -> list[Artifact]:
    """Build all services, and take the images in. Raises LocalError.

    ``used`` gives the images that pods are made of: an old one that is among them is not removed.
    """
    sources = read_sources()
    for source in sources:
        place(source)
    made = containers.take_in([image_of(source) for source in sources])
    if made:
        report(f"built {', '.join(name.removeprefix(_REGISTRY) for name in made)}")
    for source in sources:
        if prune(source.service, lambda: _directories(used())):
            containers.remove(_unused(containers, source.service))
    artifacts = [
        Artifact(source.service, source.version, {"image": image_name(source.service, source.version)})
        for source in sources
    ]
    write_artifacts(artifacts)
    return artifacts


def image_of(source: Source) -> Image:
    """What the service's Dockerfile says, of which only these instructions are understood. Raises LocalError."""
    said = dict(_INSTRUCTION.findall(source.files.get("Dockerfile", b"").decode()))
    try:
        home = said["WORKDIR"].rstrip("/")
        command = [str(word) for word in json.loads(said["ENTRYPOINT"])]
    except (KeyError, ValueError, TypeError) as error:
        what = f"the Dockerfile of '{source.service}'"
        raise LocalError(f"{what} must have WORKDIR, and ENTRYPOINT as a list ({error})") from None
    files: dict[str, str | bytes] = {
        f"{home}/{name}": content for name, content in source.files.items() if name.endswith(".py")
    }
    return Image(
        _REGISTRY + image_name(source.service, source.version),
        [python_layer(), Layer(files)],
        command,
        dict(word.split("=", 1) for word in said.get("ENV", "").split()),
        home,
        said.get("USER", "65534"),
    )


@functools.cache
def python_layer() -> Layer:
    """This machine's Python, as ``python3``."""
    program = interpreter()
    links = {} if program == "/usr/local/bin/python3" else {"/usr/local/bin/python3": program}
    files: Mapping[str, str | bytes] = dict(closure(program))
    return Layer(files, links)


def _directories(images: set[str]) -> str:
    """The artifacts that images were built from, in the words of :func:`local.artifacts.store.prune`."""
    found = (re.search(r"foxden/([^/:]+):([^/:@]+)$", image) for image in images)
    return "\n".join(str(store_dir() / match[1] / match[2]) for match in found if match)


def _unused(containers: Containers, service: str) -> list[str]:
    """The images of a service whose artifact is gone."""
    begins = _REGISTRY + image_name(service, "")
    return [
        name
        for name in containers.images()
        if name.startswith(begins) and not (store_dir() / service / name.removeprefix(begins)).exists()
    ]
