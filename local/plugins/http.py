"""A thin HTTP client for stand-ins' servers: loopback-friendly, timed, patient with a cluster that elects a leader.

urllib3 rather than requests: its pool is made for many threads, which a plugin has.
"""

import base64
import json
import re
import ssl
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

from local.plugins.errors import Cancelled, ServerError

_CONNECT_SECONDS = 5.0
_READ_SECONDS = 30.0
_PATIENCE_SECONDS = 10.0
"""How long a server may be unreachable or without a leader before an operation fails."""
_PAUSE_SECONDS = 0.5

_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

_PASSING_WORDS = ("No cluster leader", "No path to region", "leadership", "rpc error: EOF", "connection refused")


@dataclass(frozen=True)
class Tls:
    """Certificates: paths, or PEM text."""

    ca_file: str = ""
    ca_path: str = ""
    ca_pem: str = ""
    cert_file: str = ""
    key_file: str = ""
    cert_pem: str = ""
    key_pem: str = ""
    server_name: str = ""
    """The name that the server's certificate has to be for, where it is not the address's."""
    verify: bool = True


@dataclass(frozen=True)
class Answer:
    """A good answer: parsed JSON (None when empty), and the index for a blocking query."""

    body: Any
    index: int


@dataclass(frozen=True)
class Http:
    """One server, with the headers that authenticate us. Shared by threads."""

    address: str
    headers: Mapping[str, str]
    tls: Tls = Tls()
    cancelled: threading.Event = field(default_factory=threading.Event)
    pool: urllib3.PoolManager = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pool", _pool(self.tls))

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        wait: float = 0.0,
        content_type: str = "application/json",
    ) -> Answer:
        """One call; ``body`` is sent as JSON, ``wait`` is how long (s) the server may hold the answer back.

        Raises ServerError with the server's words, Cancelled when the engine gave up.
        """
        started = time.monotonic()
        while True:
            self.check_cancelled()
            try:
                response = self._once(method, path, query or {}, body, wait, content_type)
                return _answer(response, f"{method} {self.address}{path}")
            except ServerError as error:
                if not _is_passing(error) or time.monotonic() - started > _PATIENCE_SECONDS:
                    raise
            self.pause(_PAUSE_SECONDS)

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """The parsed body."""
        return self.request("GET", path, query).body

    def find(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """The parsed body, or None when the server has no such thing."""
        try:
            return self.get(path, query)
        except ServerError as error:
            if error.status == 404:
                return None
            raise

    def check_cancelled(self) -> None:
        """Raise Cancelled once the engine has given up."""
        if self.cancelled.is_set():
            raise Cancelled("the operation was cancelled")

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than until a cancellation."""
        self.cancelled.wait(seconds)
        self.check_cancelled()

    def text(self, path: str, query: Mapping[str, Any] | None = None) -> str:
        """The body of an answer that is no JSON; one attempt."""
        self.check_cancelled()
        return self._once("GET", path, query or {}, None, 0.0, "").data.decode(errors="replace")

    def _once(
        self, method: str, path: str, query: Mapping[str, Any], body: Any, wait: float, content_type: str
    ) -> urllib3.BaseHTTPResponse:
        given = {key: value for key, value in query.items() if value not in (None, "")}
        url = f"{self.address}{path}" + (f"?{urlencode(given)}" if given else "")
        try:
            response = self.pool.request(
                method,
                url,
                body=None if body is None else _json(body),
                headers={**self.headers, "Content-Type": content_type} if content_type else self.headers,
                timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS + wait * 1.1),
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise ServerError(0, f"{method} {self.address}{path}: {_reason(error)}") from error
        if response.status >= 300:
            text = response.data.decode(errors="replace").strip()
            raise ServerError(response.status, f"Unexpected response code: {response.status} ({text})", text)
        return response


def _json(body: Any) -> bytes:
    """As JSON that is YAML, too: Kubernetes reads some of it as that, without surrogate pairs or control characters."""
    text = json.dumps(body, ensure_ascii=False)
    return _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


def _answer(response: urllib3.BaseHTTPResponse, what: str) -> Answer:
    text = response.data.decode(errors="replace")
    try:
        parsed = json.loads(text) if text.strip() else None
    except ValueError as error:
        raise ServerError(response.status, f"{what}: the answer is no JSON (another server?)") from error
    index = response.headers.get("X-Nomad-Index") or response.headers.get("X-Consul-Index") or "0"
    return Answer(parsed, int(index) if index.isdecimal() else 0)


def basic_auth(user_and_password: str) -> dict[str, str]:
    """The header for ``user:password``; nothing for an empty text."""
    if not user_and_password:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(user_and_password.encode()).decode()}


def _pool(tls: Tls) -> urllib3.PoolManager:
    if not tls.verify:  # asked for by the program; a warning for every call would drown what matters
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    return urllib3.PoolManager(
        maxsize=64,
        ca_certs=tls.ca_file or None,
        ca_cert_dir=tls.ca_path or None,
        ca_cert_data=tls.ca_pem or None,
        cert_file=tls.cert_file or None,
        key_file=tls.key_file or None,
        cert_reqs="CERT_REQUIRED" if tls.verify else "CERT_NONE",
        **_own_certificate(tls),
        **_other_name(tls),
    )


def _other_name(tls: Tls) -> dict[str, Any]:
    return {"server_hostname": tls.server_name, "assert_hostname": tls.server_name} if tls.server_name else {}


def _own_certificate(tls: Tls) -> dict[str, Any]:
    """A context with a certificate and key that are given as text; Python's ssl can only read them from a file."""
    if not tls.cert_pem:
        return {}
    context = urllib3.util.ssl_.create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if tls.verify else ssl.CERT_NONE)
    if not (tls.ca_file or tls.ca_path or tls.ca_pem):
        context.load_default_certs()
    with tempfile.TemporaryDirectory() as directory:  # 0700, and gone before the first request
        file = Path(directory) / "client.pem"
        file.touch(mode=0o600)
        file.write_text(f"{tls.cert_pem.strip()}\n{tls.key_pem.strip()}\n")
        context.load_cert_chain(file)
    return {"ssl_context": context}


def _is_passing(error: ServerError) -> bool:
    """Whether to try again: nobody there (yet), or a cluster between two leaders. A refusal is final."""
    if isinstance(error.__cause__, urllib3.exceptions.SSLError):
        return False
    if error.status in (0, 429, 502, 503, 504):
        return True
    return error.status >= 500 and any(words in str(error) for words in _PASSING_WORDS)


def _reason(error: urllib3.exceptions.HTTPError) -> str:
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return "no connection (is the server running?)"
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "no answer in time"
    return str(error)
