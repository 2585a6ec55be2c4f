"""Downloads over a network that breaks off, says no, or is not there."""

import socket
from pathlib import Path

import pytest

from local.toolchain.fetch import Fetcher
from local.toolchain.progress import Progress
from local.toolchain.refused import Refused

CONTENT = bytes(range(256)) * 4000
PART = 65_536


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "file"


def test_a_download_that_breaks_off_goes_on_where_it_was(server, fetcher: Fetcher, target: Path, progress: Progress):
    server.files["/f"] = CONTENT
    server.breaks["/f"] = [2 * PART]
    fetcher.file(f"{server.url}/f", target, progress)
    assert target.read_bytes() == CONTENT
    assert [asked for _, _, asked in server.asked] == [None, f"bytes={2 * PART}-"]


def test_a_poor_line_is_borne_as_long_as_it_brings_something(server, fetcher, target: Path, progress: Progress):
    server.files["/f"] = CONTENT
    server.breaks["/f"] = [PART] * 8
    fetcher.file(f"{server.url}/f", target, progress)
    assert target.read_bytes() == CONTENT


def test_a_download_goes_on_in_a_later_run(server, target: Path, progress: Progress):
    server.files["/f"] = CONTENT
    server.breaks["/f"] = [4 * PART, 0, 0, 0, 0, 0]
    with pytest.raises(Refused, match=r"broke off after 0\.3 of 1\.0 MB"):
        Fetcher().file(f"{server.url}/f", target, progress)
    Fetcher().file(f"{server.url}/f", target, progress)
    assert target.read_bytes() == CONTENT
    assert server.asked[-1][2] == f"bytes={4 * PART}-"


def test_a_server_without_ranges_starts_again(server, fetcher: Fetcher, target: Path, progress: Progress):
    server.files["/f"] = CONTENT
    server.ranges = False
    target.write_bytes(b"something older")
    fetcher.file(f"{server.url}/f", target, progress)
    assert target.read_bytes() == CONTENT


def test_a_file_that_is_whole_already_is_not_fetched_again(server, fetcher: Fetcher, target: Path, progress: Progress):
    server.files["/f"] = CONTENT
    target.write_bytes(CONTENT)
    fetcher.file(f"{server.url}/f", target, progress)
    assert target.read_bytes() == CONTENT
    assert len(server.asked) == 1


def test_a_file_that_is_too_long_is_fetched_anew(server, fetcher: Fetcher, target: Path, progress: Progress):
    server.files["/f"] = CONTENT
    target.write_bytes(CONTENT + b"more")
    fetcher.file(f"{server.url}/f", target, progress)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_no_is_taken_at_once(server, fetcher: Fetcher, status: int):
    server.statuses["/f"] = [status] * 5
    with pytest.raises(Refused, match=f"/f: HTTP {status}"):
        fetcher.text(f"{server.url}/f")
    assert len(server.asked) == 1


def test_a_passing_fault_is_waited_out(server, fetcher: Fetcher):
    server.files["/f"] = b"text"
    server.statuses["/f"] = [503, 429]
    assert fetcher.text(f"{server.url}/f") == "text"
    assert len(server.asked) == 3


def test_a_lasting_fault_is_refused_in_the_end(server, fetcher: Fetcher):
    server.statuses["/f"] = [503] * 9
    with pytest.raises(Refused, match=r"HTTP 503 \(in 3 attempts\)"):
        fetcher.text(f"{server.url}/f")
    assert len(server.asked) == 3


def test_a_host_that_is_not_there_is_asked_once(fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/f"
        with pytest.raises(Refused, match=r"can't be reached: .*[Rr]efused"):
            fetcher.text(url)
    monkeypatch.setattr(fetcher._session, "request", lambda *a, **k: pytest.fail("asked again"))
    with pytest.raises(Refused, match="can't be reached"):
        fetcher.text(url)


def test_a_name_nobody_knows_is_refused(fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch):
    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Refused, match=r"releases\.example can't be reached: .*Name or service not known"):
        fetcher.text("https://releases.example/f")


def test_a_check_fetches_nothing(server, fetcher: Fetcher):
    server.files["/f"] = CONTENT
    fetcher.check(f"{server.url}/f")
    with pytest.raises(Refused, match="404"):
        fetcher.check(f"{server.url}/g")
    assert [method for method, _, _ in server.asked] == ["HEAD", "HEAD"]
