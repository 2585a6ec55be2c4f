"""A site: a clean clone of this checkout with a state, a configuration and a cluster of its own."""

import functools
import http.client
import itertools
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import yaml

from local.paths import REPO, cache_dir
from tests.engine.harness.apis import Consul, Json, Nomad, cluster_facts
from tests.engine.harness.command import Done, Running, run
from tests.engine.harness.leftovers import listening, nothing_left, removed_by_force

_PREFIX = "foxden-engine-"
_OWNER = "owner"
"""The file with the process id of the tests whose site it is."""
COMMAND_WITHIN = 300.0
"""Seconds for any command of ours: far more than it takes, far less than for ever."""
NO_ENGINE = "unix:///nonexistent/docker.sock"
"""A Docker address where nobody answers: services run as commands there, whatever else this machine has."""
_OURS = ("FOXDEN_", "PULUMI_", "NOMAD_", "CONSUL_", "DOCKER_", "PYTHON", "VIRTUAL_ENV", "MAKE", "MFLAGS", "PYTEST_")
_WITH_EXPORTS = 'exports="$(.venv/bin/python -m local env)" && eval "$exports" && exec "$@"'


@dataclass(frozen=True)
class Answer:
    """What came back through the ingress."""

    status: int
    body: str

    def json(self) -> Json:
        """The decoded body; fails when it is none."""
        assert self.status == 200, f"answer {self.status}: {self.body}"
        return json.loads(self.body)


@dataclass(frozen=True)
class Site:
    """Where a user works: commands are run in ``checkout`` with ``env``."""

    root: Path
    env: Mapping[str, str]
    command: Sequence[str] = ()
    """What every command is run through, such as a change of user."""

    @property
    def checkout(self) -> Path:
        """The clone."""
        return self.root / "checkout"

    @property
    def state(self) -> Path:
        """``FOXDEN_STATE``."""
        return self.root / "state"

    @property
    def config(self) -> Path:
        """``FOXDEN_CONFIG``."""
        return self.root / "config"

    # --- commands, as a user gives them ---

    def local(self, *words: str, expect: int | None = 0, within: float = COMMAND_WITHIN) -> Done:
        """``python -m local ...``, as the Makefile calls it."""
        return run(self.words(".venv/bin/python", "-m", "local", *words), self.checkout, self.env, within, expect)

    def start(self, *words: str) -> Running:
        """The same, but it goes on in the background."""
        return Running(self.words(".venv/bin/python", "-m", "local", *words), self.checkout, self.env)

    def pulumi(self, *words: str, expect: int | None = 0, within: float = COMMAND_WITHIN) -> Done:
        """``pulumi ...`` by hand in a shell that has evaluated the exports."""
        command = self.words("bash", "-c", _WITH_EXPORTS, "bash", "pulumi", *words, "--non-interactive")
        return run(command, self.checkout, self.env, within, expect)

    def words(self, *words: str) -> list[str]:
        """A command line, run as this site's user."""
        return [*self.command, *words]

    def up(self, *words: str, expect: int | None = 0) -> Done:
        """``up``."""
        return self.local("up", *words, expect=expect)

    def is_whole(self) -> bool:
        """``status`` finds nothing wrong; fails with what it said when it does."""
        done = self.local("status")
        assert "problem" not in done.output, done
        return True

    def down(self) -> Done:
        """``down``, after which nothing may be left."""
        ports, begun = listening(self.state), time.time()
        done = self.local("down")
        nothing_left(self.state, ports, begun)
        assert not self.state.exists(), f"left in the state directory: {sorted(self.state.rglob('*'))[:20]}"
        return done

    @contextmanager
    def gone_at_the_end(self) -> Iterator["Site"]:
        """Whatever happens in the block: ``down`` after it, nothing is left, and the directory is removed."""
        try:
            yield self
        finally:
            try:
                self.down()
            finally:
                removed_by_force(self.state)
            shutil.rmtree(self.root)

    # --- what the servers say ---

    @property
    def facts(self) -> Json:
        """``cluster.json``."""
        return cluster_facts(self.state)

    @property
    def nomad(self) -> Nomad:
        """Nomad, with the management token."""
        return Nomad(self.facts["address"], self.facts["token"])

    @property
    def consul(self) -> Consul:
        """Consul, with the management token."""
        return Consul(self.facts["discovery_address"], self.facts["discovery_token"])

    def url(self, host: str, path: str = "/") -> str:
        """The URL of a host below ``foxden.localhost``, as a user writes it."""
        return f"http://{host}.foxden.localhost:{self.facts['ingress_port']}{path}"

    def get(self, url: str, accept: str = "application/json") -> Answer:
        """GET a URL; every name is taken for this machine, as browsers do with ``*.localhost``."""
        parts = urlsplit(url)
        connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=15)
        try:
            connection.request("GET", parts.path or "/", headers={"Host": parts.netloc, "Accept": accept})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode())
        finally:
            connection.close()

    # --- what a user edits ---

    def read(self, name: str) -> str:
        """A file of the clone."""
        return (self.checkout / name).read_text()

    def write(self, name: str, text: str) -> None:
        """Change a file of the clone."""
        (self.checkout / name).write_text(text)

    def choose(self, environment: str = "local", **choices: Any) -> None:
        """Set ``foxden:`` choices in the environment's stack file; the comment at its top stays."""
        name = f"Pulumi.{environment}.yaml"
        text = self.read(name)
        head = itertools.takewhile(lambda line: line.startswith("#"), text.splitlines(keepends=True))
        content = yaml.safe_load(text)
        content["config"].update({f"foxden:{key}": value for key, value in choices.items()})
        self.write(name, "".join(head) + yaml.safe_dump(content, sort_keys=False))

    def new_version(self, service: str) -> None:
        """Change a service's code, in a way that changes nothing but its version."""
        name = f"examples/apps/{service}/app.py"
        self.write(name, f"{self.read(name)}# {uuid.uuid4()}\n")

    def stack(self, environment: str = "local") -> Json:
        """What ``pulumi stack export`` would show, read from the backend's file."""
        return json.loads((self.state / f"pulumi/.pulumi/stacks/foxden/{environment}.json").read_text())


def new_site(docker: str = NO_ENGINE, cache: Path | None = None, **more: str) -> Site:
    """A fresh clone in a directory of its own. ``docker`` is where its engine is; ``more`` is further ENV."""
    _clear_abandoned()
    root = Path(tempfile.mkdtemp(prefix=_PREFIX))
    root.chmod(0o755)
    (root / _OWNER).write_text(str(os.getpid()))
    site = Site(
        root,
        {
            **{name: value for name, value in os.environ.items() if not name.startswith(_OURS)},
            "FOXDEN_STATE": str(root / "state"),
            "FOXDEN_CONFIG": str(root / "config"),
            "FOXDEN_CACHE": str(cache or cache_dir()),
            "DOCKER_HOST": docker,
            **more,
        },
    )
    clone(site.checkout)
    return site


@functools.cache
def _clear_abandoned() -> None:
    """End and remove what runs of these tests that were killed have left."""
    for owner in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_OWNER}"):
        try:
            ours = os.geteuid() in (0, owner.stat().st_uid)
            if ours and not psutil.pid_exists(int(owner.read_text())):
                removed_by_force(owner.parent / "state")
                shutil.rmtree(owner.parent)
        except (OSError, ValueError):  # somebody else was quicker
            continue


def clone(target: Path) -> None:
    """Copy what git has of this checkout, and what it would take in; with a virtual environment of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPO,
        capture_output=True,
        check=True,
        timeout=30,
    ).stdout
    for name in listed.decode().split("\0"):
        source = REPO / name
        if name and source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    _virtualenv(target)


def _virtualenv(target: Path) -> None:
    """The libraries of the Python that runs the tests, and the clone's own ``components`` before them."""
    venv = target / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True, timeout=60)
    libraries = venv / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    lines = [str(target / "components"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    (libraries / "clone.pth").write_text("\n".join(dict.fromkeys(lines)) + "\n")
