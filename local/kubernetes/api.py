"""A small client for the API of Kubernetes: plain objects in and out."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

from local.errors import LocalError
from local.plugins.http import Http, Tls

_CONNECT_WITHIN = 5.0
_TIMEOUT = urllib3.Timeout(_CONNECT_WITHIN, 15.0)
_MORE_ATTEMPTS, _PAUSE = 5, 1.0
_MANAGER = "foxden-local"
_PATCH = "application/apply-patch+yaml"


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 when nobody answered."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        """The decoded answer; None where it is no JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


class Api:
    """One cluster's API, with the headers that say who asks."""

    def __init__(self, address: str, headers: Mapping[str, str], tls: Tls) -> None:
        self.address = address
        self._headers = dict(headers)
        # No proxy: urllib3 knows none unless it is told.
        self._pool = Http(address, self._headers, tls).pool

    def request(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Answer:
        """One call; does not raise for what the server or the network says."""
        headers = {**self._headers, "Content-Type": kind}
        data = None if body is None else json.dumps(body)
        try:
            answer = self._pool.request(
                method, self.address + path, body=data, headers=headers, timeout=_TIMEOUT, retries=False
            )
        except urllib3.exceptions.HTTPError as error:
            return Answer(0, str(error))
        return Answer(answer.status, answer.data.decode(errors="replace"))

    def peek(self, path: str) -> Any:
        """The decoded answer, or None when there is none (yet)."""
        answer = self.request("GET", path)
        return answer.json if answer.status == 200 else None

    def items(self, path: str, **query: str) -> list[Any]:
        """The objects of a list; empty when there is no answer."""
        found = self.peek(f"{path}?{urlencode(query)}" if query else path) or {}
        return list(found.get("items") or [])

    def text(self, path: str) -> str:
        """An answer that is no JSON; '' when there is none."""
        answer = self.request("GET", path)
        return answer.text if answer.status == 200 else ""

    def apply(self, path: str, thing: Mapping[str, Any]) -> None:
        """See to it that an object is as given; ``path`` is that of its kind. Raises LocalError.

        What a server can't do at this moment, such as one whose store is slow, is asked for again for some seconds.
        """
        name = quote(thing["metadata"]["name"])
        where = f"{path}/{name}?fieldManager={_MANAGER}&force=true"
        answer = self.request("PATCH", where, thing, _PATCH)
        for _ in range(_MORE_ATTEMPTS):
            if 0 < answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and answer.status != HTTPStatus.TOO_MANY_REQUESTS:
                break
            time.sleep(_PAUSE)
            answer = self.request("PATCH", where, thing, _PATCH)
        if answer.status not in (200, 201):
            said = (answer.json or {}).get("message") or answer.text or "no answer"
            raise LocalError(f"the cluster refuses {thing['kind']} '{thing['metadata']['name']}': {said}")

    def lines(self, path: str) -> Iterator[str]:
        """The lines of an answer that goes on and on, until its end."""
        timeout = urllib3.Timeout(connect=_CONNECT_WITHIN, read=None)
        try:
            answer = self._pool.request(
                "GET", self.address + path, headers=self._headers, preload_content=False, timeout=timeout, retries=False
            )
            rest = b""
            for part in answer.stream(1 << 14):
                *whole, rest = (rest + part).split(b"\n")
                yield from (line.decode(errors="replace") for line in whole if answer.status == 200)
        except urllib3.exceptions.HTTPError:
            return


def with_token(address: str, token: str, ca: str) -> Api:
    """The API of a cluster that knows us by a token. ``ca`` is a certificate as PEM; '' for the machine's own."""
    return Api(address, {"Authorization": f"Bearer {token}"} if token else {}, Tls(ca_pem=ca))
