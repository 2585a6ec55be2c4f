"""A Docker engine for tests: a private one where root can start it, else the one that this user has."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.engine.harness.leftovers import mounts
from tests.engine.harness.waiting import until

_STARTS_WITHIN = 30.0
_STOPS_WITHIN = 30.0
_CALL_WITHIN = 30.0
_PLACES = os.pathsep.join(["/usr/local/sbin", "/usr/sbin", "/sbin"])
_HOW = (
    "the tests of containers need a Docker engine: as root have dockerd on PATH (Debian: apt-get install docker.io; it "
    "does not have to run), as another user have one that `docker info` reaches"
)


@dataclass(frozen=True)
class Engine:
    """An engine that answers."""

    host: str
    """For DOCKER_HOST; empty for the user's own settings."""

    def docker(self, *words: str) -> str:
        """Run ``docker``; fails with what it said."""
        env = {**os.environ, **({"DOCKER_HOST": self.host} if self.host else {})}
        done = subprocess.run(
            ["docker", *words], env=env, capture_output=True, text=True, timeout=_CALL_WITHIN, check=False
        )
        assert done.returncode == 0, f"docker {' '.join(words)} said:\n{done.stderr}"
        return done.stdout

    def containers(self) -> dict[str, str]:
        """Name -> image of each container, running or not."""
        listed = (json.loads(line) for line in self.docker("ps", "--all", "--format", "{{json .}}").splitlines())
        return {one["Names"]: one["Image"] for one in listed}


@contextmanager
def docker_engine() -> Iterator[Engine]:
    """An engine for the length of a block. Fails, and says how to get one, where there is none."""
    program = shutil.which("dockerd", path=os.pathsep.join([os.environ.get("PATH", os.defpath), _PLACES]))
    assert shutil.which("docker"), _HOW
    if os.geteuid() == 0 and program:
        with _private(program) as engine:
            yield engine
        return
    own = subprocess.run(["docker", "info"], capture_output=True, text=True, timeout=_CALL_WITHIN, check=False)
    assert own.returncode == 0, f"{_HOW}. docker info said:\n{own.stdout}{own.stderr}"
    yield Engine("")


@contextmanager
def _private(program: str) -> Iterator[Engine]:
    root = Path(tempfile.mkdtemp(prefix="foxden-docker-"))
    (root / "daemon.json").write_text("{}")
    engine = Engine(f"unix://{root}/docker.sock")
    options = {
        "config-file": root / "daemon.json",
        "data-root": root / "data",
        "exec-root": root / "exec",
        "pidfile": root / "pid",
        "host": engine.host,
        # The machine's network stays as it is: services use the host's.
        "iptables": "false",
        "ip6tables": "false",
        "ip-forward": "false",
        "bridge": "none",
    }
    with (root / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, *(f"--{name}={value}" for name, value in options.items())], stdout=log, stderr=log
        )
    try:
        until(lambda: _answers(engine, process, root / "log"), "a private dockerd answers", _STARTS_WITHIN)
        yield engine
    finally:
        process.terminate()
        try:
            process.wait(_STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOPS_WITHIN)
        for point in sorted(mounts(root), key=len, reverse=True):
            subprocess.run(["umount", "--lazy", point], check=False, timeout=_CALL_WITHIN)
        shutil.rmtree(root, ignore_errors=True)


def _answers(engine: Engine, process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"dockerd ended with {process.returncode}:\n{log.read_text()[-3000:]}")
    try:
        engine.docker("version")
    except AssertionError:
        return False
    return True
