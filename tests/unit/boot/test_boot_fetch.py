"""How programs get onto a node."""

import hashlib
import io
import shutil
import subprocess
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from foxden.boot.files import shipped

PROGRAM = b"#!/bin/sh\necho hello\n"


def zipped() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("LICENSE.txt", "free")
        archive.writestr("tool", PROGRAM)
    return whole.getvalue()


def tarred() -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        entry = tarfile.TarInfo("release/tool")
        entry.size = len(PROGRAM)
        archive.addfile(entry, io.BytesIO(PROGRAM))
    return whole.getvalue()


class Site:
    """Serves some archives, and counts how often each is asked for."""

    def __init__(self) -> None:
        self.content = {"/tool.zip": zipped(), "/tool.tar.gz": tarred(), "/tool": PROGRAM}
        self.asked: list[str] = []
        self.fails = 0
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                if site.fails:
                    site.fails -= 1
                    return self.send_error(503)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(site.content[self.path])

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


class Place:
    """Where a list of programs is fetched to."""

    def __init__(self, directory: Path) -> None:
        self.list = directory / "binaries"
        self.target = directory / "bin"
        self.target.mkdir()
        self.script = directory / "fetch"
        self.script.write_text(shipped("fetch.sh"))

    def fetch(self) -> subprocess.CompletedProcess[str]:
        command = ["sh", str(self.script), str(self.list), str(self.target)]
        environ = {"PATH": "/usr/local/bin:/usr/bin:/bin", "no_proxy": "127.0.0.1"}
        return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environ)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    assert shutil.which("unzip") and shutil.which("curl"), "tests/packages.sh installs curl and unzip"
    return Place(tmp_path)


@pytest.mark.parametrize(
    ("path", "member", "kind"),
    [("/tool.zip", "tool", "sha256"), ("/tool.tar.gz", "release/tool", "sha512"), ("/tool", "tool", "sha256")],
)
def test_a_program_is_fetched_and_runs(site: Site, place: Place, path: str, member: str, kind: str) -> None:
    digest = hashlib.new(kind, site.content[path]).hexdigest()
    place.list.write_text(f"tool 1.0 {digest} {site.url}{path} {member}\n")
    done = place.fetch()
    assert done.returncode == 0, done.stderr
    assert subprocess.run([place.target / "tool"], capture_output=True, text=True, timeout=10).stdout == "hello\n"
    assert {file.name for file in place.target.iterdir()} == {"tool", ".tool.checksum"}
    assert place.fetch().returncode == 0
    assert site.asked == [path]


def test_an_archive_is_fetched_once_for_its_programs(site: Site, place: Place) -> None:
    digest = hashlib.sha256(site.content["/tool.tar.gz"]).hexdigest()
    lines = [f"{name} 1.0 {digest} {site.url}/tool.tar.gz release/tool\n" for name in ("one", "two")]
    place.list.write_text("".join(lines))
    assert place.fetch().returncode == 0
    assert site.asked == ["/tool.tar.gz"]
    assert {file.name for file in place.target.iterdir()} == {"one", "two", ".one.checksum", ".two.checksum"}


def test_what_does_not_add_up_is_not_installed(site: Site, place: Place) -> None:
    place.list.write_text(f"tool 1.0 {'0' * 64} {site.url}/tool tool\n")
    assert place.fetch().returncode != 0
    assert list(place.target.iterdir()) == []


def test_another_version_takes_the_place_of_the_old_one(site: Site, place: Place) -> None:
    (place.target / "tool").write_text("old")
    (place.target / ".tool.checksum").write_text("1" * 64)
    place.list.write_text(f"tool 1.0 {hashlib.sha256(PROGRAM).hexdigest()} {site.url}/tool tool\n")
    assert place.fetch().returncode == 0
    assert (place.target / "tool").read_bytes() == PROGRAM


def test_a_site_that_fails_for_a_moment_is_asked_again(site: Site, place: Place) -> None:
    site.fails = 1
    place.list.write_text(f"tool 1.0 {hashlib.sha256(PROGRAM).hexdigest()} {site.url}/tool tool\n")
    assert place.fetch().returncode == 0
    assert site.asked == ["/tool", "/tool"]
