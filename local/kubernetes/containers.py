"""containerd, as ``ctr`` speaks with it inside the cluster's namespaces."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from local.errors import LocalError
from local.kubernetes.images import Image, missing, write_archive
from local.kubernetes.places import door_file
from local.kubernetes.plan import Plan

_WITHIN = 120.0
_SPACE = "k8s.io"
"""containerd's own namespace of what the kubelet uses."""


class Containers:
    """The containerd of a running cluster."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def answers(self) -> bool:
        """Whether it can do something."""
        try:
            self._ctr("version")
        except LocalError:
            return False
        return True

    def images(self) -> set[str]:
        """The names of all images."""
        return set(self._ctr("images", "list", "--quiet").split())

    def take_in(self, images: Sequence[Image]) -> list[str]:
        """Make and take in the images that are not there; their names. Raises LocalError."""
        there = self.images()
        wanted = missing(images, there.__contains__)
        if wanted:
            with tempfile.TemporaryDirectory() as directory:
                file = Path(directory, "images.tar")
                with file.open("wb") as archive:
                    write_archive(wanted, archive)
                self._ctr("images", "import", str(file))
        return [image.name for image in wanted]

    def remove(self, names: Sequence[str]) -> None:
        """Remove images; one that a container uses stays usable for it."""
        if names:
            self._ctr("images", "remove", *names)

    def _ctr(self, *arguments: str) -> str:
        try:
            pid = json.loads(door_file().read_text())["pid"]
            # Only the mounts: the socket and the images are files, and an archive lies outside.
            enter = ["nsenter", "--mount", "--target", str(pid)]
            command = [*enter, "ctr", "--address", self._plan.containers, "--namespace", _SPACE, *arguments]
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_WITHIN, check=False
            )
        except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
            raise LocalError(f"containerd can't be asked: {error}") from None
        if done.returncode:
            raise LocalError(f"ctr {' '.join(arguments[:2])} failed:\n{done.stderr.strip()}")
        return done.stdout
