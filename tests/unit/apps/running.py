"""An example service as it runs: copied together with what it shares with the others, then started as a process."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

APPS = Path(__file__).parents[3] / "examples" / "apps"


@dataclass
class Running:
    """A started service. ``lines`` are what it has said until it listened."""

    process: "subprocess.Popen[str]"
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=5)

    def get(self, path: str = "/", accept: str = "*/*") -> tuple[int, str, str]:
        """Status, content type, body."""
        connection = self.connect()
        connection.request("GET", path, headers={"Accept": accept})
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response.status, response.headers["Content-Type"], body

    def get_json(self, path: str = "/") -> tuple[int, Any]:
        status, kind, body = self.get(path)
        assert kind == "application/json"
        return status, json.loads(body)

    def end(self) -> tuple[int, str]:
        """Exit code and the rest of what it said."""
        self.process.terminate()
        said, _ = self.process.communicate(timeout=15)
        return self.process.returncode, said


def copied(service: str, root: Path) -> Path:
    """A service's directory, self-contained."""
    target = root / service
    for part in ("common", service):
        shutil.copytree(APPS / part, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def address(name: str, url: str) -> dict[str, str]:
    """The ENV of a need."""
    prefix = name.upper().replace("-", "_")
    host, _, port = url.removeprefix("http://").partition(":")
    return {f"{prefix}_URL": url, f"{prefix}_HOST": host, f"{prefix}_PORT": port}


Start = Callable[..., Running]
"""Service and ENV to a running one; the fixture ``start``."""
