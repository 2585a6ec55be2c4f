"""A machine of its own for each test: empty cache and state, a PATH of fake programs, a release server on loopback."""

import functools
import hashlib
import io
import os
import stat
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local.toolchain.catalog import GoModule, Release, Tool
from local.toolchain.fetch import Fetcher
from local.toolchain.platform import this_platform
from local.toolchain.progress import Progress

SYSTEM_PATH = "/usr/bin:/bin"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Places below tmp_path, and none of the outer environment's settings."""
    for name in list(os.environ):
        if name.startswith(("PULUMI_", "FOXDEN_", "XDG_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("cache", "state", "config"):
        monkeypatch.setenv(f"FOXDEN_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # a test that comes this far by mistake stays at home
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setattr("local.toolchain.fetch.PAUSES", (0.0, 0.0))


class Programs:
    """A directory for PATH, filled with shell scripts."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True)

    def __str__(self) -> str:
        return str(self.directory)

    def program(self, name: str, body: str) -> Path:
        """Put an executable shell script there."""
        file = self.directory / name
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)
        return file

    def versioned(self, name: str, prints: str) -> Path:
        """Put a program there that prints its version."""
        return self.program(name, f"echo '{prints}'")


@pytest.fixture
def new_path(tmp_path: Path) -> Callable[[str], Programs]:
    """Makes directories for PATH."""
    return lambda name: Programs(tmp_path / name)


@pytest.fixture
def bin(new_path: Callable[[str], Programs]) -> Programs:
    """The one directory on PATH."""
    return new_path("path")


@dataclass
class Server:
    """What a release server has, and what it was asked for."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    """Answers to give first, one per request."""
    breaks: dict[str, list[int]] = field(default_factory=dict)
    """After how many bytes to hang up, one per request."""
    ranges: bool = True
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Method, path, Range."""

    @property
    def paths(self) -> list[str]:
        """The paths asked for."""
        return [path for _, path, _ in self.asked]


class _Handler(BaseHTTPRequestHandler):
    state: Server

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        asked = self.headers.get("Range")
        self.state.asked.append((self.command, self.path, asked))
        content = self.state.files.get(self.path)
        status = next(iter(self.state.statuses.get(self.path, [])), None)
        if status is not None:
            self.state.statuses[self.path].pop(0)
        if status is not None or content is None:
            self.send_response(status or 404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.state.ranges else 0
        if start >= len(content) and start:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if body:
            breaks = self.state.breaks.get(self.path)
            self.wfile.write(content[start : start + breaks.pop(0)] if breaks else content[start:])
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Not on the tests' output."""


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on loopback, empty."""
    state = Server()
    handler = type("Handler", (_Handler,), {"state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        state.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        http.shutdown()
        thread.join()


def program_text(version: str, name: str = "widget") -> bytes:
    """A program that says its version."""
    return f"#!/bin/sh\necho '{name.title()} v{version}'\n".encode()


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(files: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    """A tar.gz archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = stat.S_IRUSR
            archive.addfile(entry, io.BytesIO(content))
        for name, target in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return out.getvalue()


class Shop:
    """Publishes releases on the server, and makes the tools that want them."""

    zipped = staticmethod(zipped)
    tarred = staticmethod(tarred)
    program_text = staticmethod(program_text)

    def __init__(self, server: Server) -> None:
        self.server = server

    def tool(self, name: str = "widget", version: str = "1.2.3", ending: str = "zip", **release: object) -> Tool:
        """A tool whose official release is on the server, published or not."""
        return Tool(
            name=name,
            version=version,
            release=Release(
                url=f"{self.server.url}/{name}_{{version}}_{{system}}_{{processor}}.{ending}",
                checksums=f"{self.server.url}/{name}_{{version}}_SUMS",
                **release,  # type: ignore[arg-type]
            ),
            module=GoModule(
                package=f"example.org/{name}/cmd/{name}",
                requires={f"example.org/{name}": f"v{version}"},
                go="1.20",
                replaces={"example.org/a": "example.org/b v0.1.0"},
                variables={"main.Version": version},
                sums=(f"example.org/{name} v{version} h1:abc=",),
            ),
        )

    def archive(self, tool: Tool) -> str:
        """The path of a tool's archive on the server."""
        return tool.release.archive_url(tool.version, this_platform()).removeprefix(self.server.url)

    def sums(self, tool: Tool) -> str:
        """The path of its list of checksums."""
        return tool.release.checksums_url(tool.version, this_platform()).removeprefix(self.server.url)

    def publish(self, tool: Tool, content: bytes | None = None, *, honest: bool = True) -> str:
        """Put an archive and its checksum on the server; returns the archive's path."""
        path = self.archive(tool)
        self.server.files[path] = content or zipped({tool.name: program_text(tool.version, tool.name)})
        digest = hashlib.new(tool.release.algorithm, self.server.files[path] if honest else b"else").hexdigest()
        self.server.files[self.sums(tool)] = f"0000  another.zip\n{digest}  {path[1:]}\n".encode()
        return path


@pytest.fixture
def shop(server: Server) -> Shop:
    """The release server's shop."""
    return Shop(server)


@pytest.fixture
def progress() -> Progress:
    """Writes to memory."""
    return Progress("widget", io.StringIO())


@pytest.fixture
def fetcher() -> Fetcher:
    """A run's fetcher."""
    return Fetcher()


@pytest.fixture
def lazy_fetcher() -> Callable[[], Fetcher]:
    """A run's fetcher, as the commands pass it on."""
    return functools.cache(Fetcher)


FAKE_GO = """
if [ "$1" = version ]; then echo "go version go1.99.1 linux/amd64"; exit; fi
echo "$@" >> "$0.calls"
env | grep -E '^(CGO|GO)' | sort > "$0.env"
cp go.mod go.sum "$(dirname "$0")/"
echo compiling example.org/thing
{more}
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\necho "Built v%s"\\n' "${{VERSION:-1.2.3}}" > "$2"; chmod +x "$2"
"""


@pytest.fixture
def fake_go(bin: Programs) -> Callable[..., Path]:
    """Puts a ``go`` on PATH that notes its calls and makes a program; ``more`` are shell lines in between."""
    return lambda more="": bin.program("go", FAKE_GO.format(more=more))
