"""HTTP APIs that speak JSON. Credentials go in headers or in the connection, and into no message."""

import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

_TIMEOUT = 15


class ApiError(Exception):
    """An API said no, or nothing."""

    def __init__(self, said: str, status: int = 0) -> None:
        super().__init__(said)
        self.status = status


class Rest:
    """One server's API. No proxy is asked."""

    def __init__(
        self,
        base: str,
        headers: Mapping[str, str],
        context: ssl.SSLContext | None = None,
        timeout: float = _TIMEOUT,
    ) -> None:
        self.base = base
        self._headers = dict(headers)
        self._timeout = timeout
        handlers = [urllib.request.HTTPSHandler(context=context)] if context else []
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), *handlers)

    def is_answer(self, status: int, body: bytes) -> bool:
        """Whether a status other than 200 to 299 is an answer all the same."""
        return False

    def raw(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> bytes:
        """The answer as it is; ApiError for everything but yes. ``kind`` is the body's type."""
        headers = {**self._headers, "Content-Type": kind} if kind else self._headers
        request = urllib.request.Request(f"{self.base}{path}", body, headers, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            text = error.read()
            if self.is_answer(error.code, text):
                return bytes(text)
            raise ApiError(f"{method} {path}: {error.code} {text[:200].decode(errors='replace')}", error.code) from None
        except (OSError, http.client.HTTPException) as error:
            raise ApiError(f"{method} {path}: {error}") from None

    def lines(self, path: str, within: float, method: str = "GET", body: bytes | None = None) -> Iterator[bytes]:
        """The lines of an answer as they come, with no pause longer than ``within`` seconds."""
        request = urllib.request.Request(f"{self.base}{path}", body, self._headers, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=within) as answer:
                yield from answer
        except urllib.error.HTTPError as error:
            raise ApiError(f"{method} {path}: {error.code}", error.code) from None
        except (OSError, http.client.HTTPException) as error:
            raise ApiError(f"{method} {path}: {error}") from None

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The same with JSON."""
        text = self.raw(method, path, None if body is None else json.dumps(body).encode())
        try:
            return json.loads(text) if text.strip() else None
        except ValueError:
            return text.decode(errors="replace")

    def get(self, path: str) -> Any:
        """What is there."""
        return self.call("GET", path)

    def peek(self, path: str) -> Any:
        """What is there, or None for whatever reason."""
        try:
            return self.get(path)
        except ApiError:
            return None
