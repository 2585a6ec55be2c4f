"""Reports as comments of a pull request, on a server that keeps them as GitHub does."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from local.errors import LocalError
from review.__main__ import main
from review.comment import Thread

DEV = "<!-- foxden-review: dev -->"


class Comments(ThreadingHTTPServer):
    """The comments on one pull request; more than one page of them, if there are many."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.kept: list[dict[str, Any]] = []
        self.tokens: set[str] = set()

    def add(self, body: str, kind: str = "Bot") -> dict[str, Any]:
        number = len(self.kept) + 1
        self.kept.append({"id": number, "body": body, "user": {"type": kind}, "html_url": f"https://it/{number}"})
        return self.kept[-1]

    @property
    def bodies(self) -> list[str]:
        return [one["body"] for one in self.kept]


class _Answers(BaseHTTPRequestHandler):
    server: Comments

    def _body(self) -> str:
        self.server.tokens.add(self.headers["Authorization"])
        size = int(self.headers.get("Content-Length") or 0)
        return str(json.loads(self.rfile.read(size))["body"]) if size else ""

    def _say(self, answer: Any, status: int = 200) -> None:
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        self._body()
        query = {key: int(value[0]) for key, value in parse_qs(urlsplit(self.path).query).items()}
        assert urlsplit(self.path).path == "/repos/acme/foxden/issues/7/comments"
        begin = (query["page"] - 1) * query["per_page"]
        self._say(self.server.kept[begin : begin + query["per_page"]])

    def do_POST(self) -> None:
        self._say(self.server.add(self._body()), 201)

    def do_PATCH(self) -> None:
        known = self.server.kept[int(self.path.rpartition("/")[2]) - 1]
        known["body"] = self._body()
        self._say(known)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Comments]:
    comments = Comments()
    thread = threading.Thread(target=comments.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{comments.server_port}")
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/foxden")
    monkeypatch.setenv("GITHUB_TOKEN", "a-token")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield comments
    comments.shutdown()
    comments.server_close()
    thread.join()


def put(tmp_path: Path, *texts: str) -> int:
    files = [tmp_path / f"{number}.md" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    return main(["comment", "--pull-request", "7", *map(str, files)])


def test_a_report_is_put_there_once_and_then_rewritten_in_place(server: Comments, tmp_path: Path) -> None:
    server.add("what a bot says")
    other = DEV.replace("dev", "qa")
    assert put(tmp_path, f"{DEV}\nfirst", f"{other}\nfirst") == 0
    assert put(tmp_path, f"{DEV}\nsecond") == 0
    assert server.bodies == ["what a bot says", f"{DEV}\nsecond", f"{other}\nfirst"]
    assert server.tokens == {"Bearer a-token"}


def test_it_is_found_behind_many_others(server: Comments, tmp_path: Path) -> None:
    for number in range(100):
        server.add(f"comment {number}")
    server.add(f"{DEV}\nold")
    assert put(tmp_path, f"{DEV}\nnew") == 0
    assert server.bodies[100:] == [f"{DEV}\nnew"]


def test_what_a_person_wrote_is_left_alone(server: Comments, tmp_path: Path) -> None:
    server.add(f"{DEV}\nquoted by somebody", kind="User")
    assert put(tmp_path, f"{DEV}\nnew") == 0
    assert server.bodies == [f"{DEV}\nquoted by somebody", f"{DEV}\nnew"]


def test_what_is_no_report_is_refused(server: Comments, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert put(tmp_path, "anything") == 2
    assert "a report begins with a line like" in capsys.readouterr().err
    assert server.kept == []


def test_all_that_is_missing_is_named() -> None:
    with pytest.raises(LocalError, match="GITHUB_REPOSITORY and GITHUB_TOKEN"):
        Thread.of({}, 7)


def test_a_refusal_is_told(monkeypatch: pytest.MonkeyPatch, server: Comments, tmp_path: Path) -> None:
    monkeypatch.setattr(_Answers, "do_GET", lambda self: self._say({}, 403))
    with pytest.raises(LocalError, match="cannot comment: 403"):
        Thread(f"http://127.0.0.1:{server.server_port}", "acme/foxden", 7, "t").put(f"{DEV}\n")
