"""A small client for the JSON APIs of Consul and Nomad."""

from dataclasses import dataclass
from typing import Any

import requests

from local.errors import LocalError

_TIMEOUT = 5.0
"""Seconds: the agents are on this machine, and nothing here blocks on purpose."""


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 when nobody answered."""

    status: int
    text: str
    json: Any


class Api:
    """One agent's HTTP API with a token. ``header`` is ``X-Consul-Token`` or ``X-Nomad-Token``."""

    def __init__(self, address: str, header: str, token: str) -> None:
        self.address = address
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy has no business on loopback
        self._session.headers[header] = token

    def request(self, method: str, path: str, body: Any = None) -> Answer:
        """One call; does not raise for what the agent or the network says."""
        try:
            answer = self._session.request(method, self.address + path, json=body, timeout=_TIMEOUT)
        except requests.RequestException as error:
            return Answer(0, str(error), None)
        try:
            return Answer(answer.status_code, answer.text, answer.json())
        except ValueError:
            return Answer(answer.status_code, answer.text, None)

    def get(self, path: str) -> Any:
        """The decoded answer; LocalError unless it is 200."""
        return self._must("GET", path, None)

    def put(self, path: str, body: Any) -> Any:
        """The decoded answer; LocalError unless it is 200."""
        return self._must("PUT", path, body)

    def peek(self, path: str) -> Any:
        """The decoded answer, or None when there is none (yet)."""
        answer = self.request("GET", path)
        return answer.json if answer.status == 200 else None

    def failure(self, method: str, path: str, answer: Answer) -> LocalError:
        """The error for an answer that will not do."""
        said = answer.text.strip() or "nothing"
        return LocalError(f"{method} {self.address}{path} gave {answer.status or 'no answer'}: {said}")

    def _must(self, method: str, path: str, body: Any) -> Any:
        answer = self.request(method, path, body)
        if answer.status != 200:
            raise self.failure(method, path, answer)
        return answer.json
