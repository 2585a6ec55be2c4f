"""Downloads: resumed where they broke off, repeated on a passing fault, given up at once where the network says no."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import requests
import urllib3

from local.toolchain.progress import Progress
from local.toolchain.refused import Missing, Refused

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
PAUSES = (1.0, 2.0, 4.0)
"""Seconds between the attempts after a passing fault."""

_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_MISSING = frozenset({404, 410})
_CHUNK = 1 << 16

_Result = TypeVar("_Result")


class _Passing(Exception):
    """A fault that may be gone in a second."""


class Fetcher:
    """Fetches over HTTP for one run; a host that could not be reached is not asked again."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._unreachable: dict[str, str] = {}

    def text(self, url: str) -> str:
        """A small text; raises Refused."""
        return _patiently(lambda: self._text(url))

    def file(self, url: str, target: Path, progress: Progress) -> None:
        """Fetch into ``target``, going on where an earlier attempt ended; raises Refused, which keeps that."""
        have = _size(target)
        while True:
            try:
                return _patiently(lambda: self._file(url, target, progress))
            except Refused:
                if _size(target) <= have:
                    raise
                have = _size(target)  # a poor line that brings something is worth more attempts

    def check(self, url: str) -> None:
        """Raise Refused when a file can't be had; does not fetch it."""
        _patiently(lambda: self._open("HEAD", url).close())

    def _text(self, url: str) -> str:
        with self._open("GET", url) as response:
            try:
                return response.text
            except requests.RequestException as error:
                raise _Passing(f"{url} broke off: {_root(error)}") from error

    def _file(self, url: str, target: Path, progress: Progress) -> None:
        have = _size(target)
        with self._open("GET", url, {"Range": f"bytes={have}-"} if have else {}) as response:
            if response.status_code == 416:
                if response.headers.get("Content-Range") == f"bytes */{have}":
                    return
                target.unlink()
                raise _Passing(f"{url} is not what was begun")
            resumed = response.status_code == 206
            done = have if resumed else 0
            length = response.headers.get("Content-Length")
            total = done + int(length) if length else None
            with target.open("ab" if resumed else "wb") as file:
                try:
                    for chunk in response.iter_content(_CHUNK):
                        file.write(chunk)
                        done += len(chunk)
                        progress.tick(f"downloading, {_of(done, total)}")
                except requests.RequestException as error:
                    raise _Passing(f"{url} broke off after {_of(done, total)}: {_root(error)}") from error
        if total is not None and done < total:
            raise _Passing(f"{url} broke off after {_of(done, total)}")

    def _open(self, method: str, url: str, headers: dict[str, str] | None = None) -> requests.Response:
        host = urlsplit(url).netloc
        if host in self._unreachable:
            raise Refused(self._unreachable[host])
        try:
            response = self._session.request(
                method,
                url,
                # An encoding on the way would make sizes and ranges count something else.
                headers={"Accept-Encoding": "identity", **(headers or {})},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                stream=True,
                allow_redirects=True,
            )
        except (requests.ReadTimeout, requests.ConnectionError) as error:
            if _broke_off(error):
                raise _Passing(f"{url}: {_root(error)}") from error
            self._unreachable[host] = f"{host} can't be reached: {_root(error)}"
            raise Refused(self._unreachable[host]) from error
        except requests.RequestException as error:
            raise Refused(f"{url}: {_root(error)}") from error
        return _accepted(response, url)


def _accepted(response: requests.Response, url: str) -> requests.Response:
    status = response.status_code
    if url.startswith("https:") and not response.url.startswith("https:"):
        problem: Exception = Refused(f"{url} leads to an address without TLS: {response.url}")
    elif status in _PASSING:
        problem = _Passing(f"{url}: HTTP {status}")
    elif not response.ok and status != 416:
        problem = (Missing if status in _MISSING else Refused)(f"{url}: HTTP {status}")
    else:
        return response
    response.close()
    raise problem


def _patiently(attempt: Callable[[], _Result]) -> _Result:
    for pause in PAUSES:
        try:
            return attempt()
        except _Passing:
            time.sleep(pause)
    try:
        return attempt()
    except _Passing as fault:
        raise Refused(f"{fault} (in {len(PAUSES) + 1} attempts)") from fault


def _broke_off(error: requests.RequestException) -> bool:
    """Whether a connection was there and ended, rather than never came about."""
    inner = error.args[0] if error.args else None
    return isinstance(error, requests.ReadTimeout) or isinstance(inner, urllib3.exceptions.ProtocolError)


def _root(error: BaseException) -> str:
    """The innermost reason: the outer layers only repeat the URL."""
    inner: object = error
    while True:
        deeper = getattr(inner, "reason", None) or (getattr(inner, "args", None) or [None])[-1]
        if not isinstance(deeper, BaseException):
            return str(inner).rpartition(": ")[2] or type(inner).__name__
        inner = deeper


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _of(done: int, total: int | None) -> str:
    return f"{done / 1e6:.1f} of {total / 1e6:.1f} MB" if total else f"{done / 1e6:.1f} MB"
