"""The HTTP APIs of Consul and Nomad. Tokens go in headers, and into no message."""

import http.client
import json
import ssl
import urllib.error
import urllib.request
from typing import Any

CA_FILE = "/etc/foxden/ca.pem"
CONSUL = "http://127.0.0.1:8500"
NOMAD = "https://127.0.0.1:4646"
_TIMEOUT = 15


class ApiError(Exception):
    """An API said no, or nothing."""

    def __init__(self, said: str, status: int = 0) -> None:
        super().__init__(said)
        self.status = status


class Api:
    """One agent's API."""

    def __init__(self, base: str, token: str = "", ca_file: str = CA_FILE) -> None:
        self._base, self._ca_file = base, ca_file
        self._headers = {"X-Consul-Token": token, "X-Nomad-Token": token} if token else {}
        context = ssl.create_default_context(cafile=ca_file) if base.startswith("https:") else None
        handlers = [urllib.request.HTTPSHandler(context=context)] if context else []
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), *handlers)

    def with_token(self, token: str) -> "Api":
        """The same agent, for somebody else."""
        return Api(self._base, token, self._ca_file)

    def at(self, base: str) -> "Api":
        """Another agent, with the same token."""
        return Api(base, self._headers.get("X-Nomad-Token", ""), self._ca_file)

    def raw(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """The answer as it is; ApiError for everything but yes. 429 tells the health of a raft that is not perfect."""
        request = urllib.request.Request(f"{self._base}{path}", body, self._headers, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            text = error.read()
            if error.code == 429 and text[:1] == b"{":
                return bytes(text)
            raise ApiError(f"{method} {path}: {error.code} {text[:200].decode(errors='replace')}", error.code) from None
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
