"""The Docker engine of this machine, if one answers: through ``docker``, which knows the user's settings."""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from local.errors import LocalError

_ANSWERS_WITHIN = 5.0


@dataclass(frozen=True)
class Engine:
    """An engine whose containers share this machine's network."""

    program: str
    """The ``docker`` command."""

    def run(self, *arguments: str, timeout: float, stdin: BinaryIO | None = None) -> str:
        """Run a command; its output. Raises LocalError with what it said, or when it takes longer than ``timeout``."""
        try:
            done = subprocess.run(
                [self.program, *arguments],
                # The engine's own builder sees the engine's images; one chosen by the user may not.
                env={**os.environ, "BUILDX_BUILDER": "default"},
                stdin=stdin or subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise LocalError(f"docker {arguments[0]} took longer than {timeout:.0f} s") from None
        except OSError as error:
            raise LocalError(f"cannot run {self.program}: {error}") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise LocalError(f"docker {arguments[0]} failed:\n{said}")
        return done.stdout.decode(errors="replace")

    def has(self, image: str) -> bool:
        """Whether the engine has an image."""
        try:
            self.run("image", "inspect", image, timeout=_ANSWERS_WITHIN)
        except LocalError:
            return False
        return True


def find_engine(report: Callable[[str], None]) -> Engine | None:
    """The engine, or None where there is none that helps; ``report`` hears why one is left alone.

    ``FOXDEN_DOCKER=0`` says that there is none.
    """
    program = shutil.which("docker")
    if program is None or os.environ.get("FOXDEN_DOCKER") == "0":
        return None
    engine = Engine(program)
    try:
        facts = json.loads(engine.run("info", "--format", "{{json .}}", timeout=_ANSWERS_WITHIN))
    except (LocalError, ValueError):
        return None
    problem = unsuitable(facts, platform.release())
    if problem:
        report(f"services run as commands: {problem}")
        return None
    return engine


def unsuitable(info: Any, kernel: str) -> str | None:
    """What keeps an engine from running services beside Nomad, or None. ``info`` is what ``docker info`` says."""
    if not isinstance(info, dict) or not info.get("ServerVersion"):
        return "the Docker engine does not answer"
    if info.get("OSType") != "linux" or info.get("KernelVersion") != kernel:
        return "the Docker engine is on another machine, so its containers can't share this one's network"
    if any("rootless" in str(option) for option in info.get("SecurityOptions") or []):
        return "the Docker engine is a rootless one, whose containers can't share this machine's network"
    return None
