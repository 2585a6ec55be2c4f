"""The cloud's door for hosts and tests: what moto lacks is answered here, all else by moto."""

import http.client
import ssl
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from tests.engine.bootlab.serving import Answering, serving

NAMESPACE = "http://autoscaling.amazonaws.com/doc/2011-01-01/"

Parameters: TypeAlias = Mapping[str, str]
Action: TypeAlias = Callable[[Parameters], str]
"""Parameters -> the XML within the result. Raises :class:`Refused`."""

Change: TypeAlias = Callable[[str], str]
"""What moto says -> what AWS would say."""

_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "host"}


class Refused(Exception):
    """A request that AWS would refuse, with what it would say."""


def reply(action: str, result: str) -> str:
    """A whole answer of the query protocol."""
    return (
        f'<{action}Response xmlns="{NAMESPACE}"><{action}Result>{result}</{action}Result>'
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{action}Response>"
    )


def refusal(said: str) -> str:
    """An error of the query protocol."""
    error = f"<Type>Sender</Type><Code>ValidationError</Code><Message>{escape(said)}</Message>"
    request = f"<RequestId>{uuid.uuid4()}</RequestId>"
    return f'<ErrorResponse xmlns="{NAMESPACE}"><Error>{error}</Error>{request}</ErrorResponse>'


@dataclass(frozen=True)
class Rules:
    """What is other here than with moto alone, each by the name of the action."""

    actions: Mapping[str, Action] = field(default_factory=dict)
    """What moto is not asked at all."""
    changes: Mapping[str, Change] = field(default_factory=dict)
    """How its answer is changed."""
    around: Mapping[str, Callable[[Parameters], AbstractContextManager[None]]] = field(default_factory=dict)
    """What is done before and after it is asked."""


@contextmanager
def _as_it_is(given: Parameters) -> Iterator[None]:
    yield


@contextmanager
def door(
    address: tuple[str, int], moto: tuple[str, int], rules: Rules, tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Answers while the block runs; gives its URL."""

    class Door(Answering):
        def handle_any(self) -> None:
            body = self.given()
            parameters = dict(parse_qsl(body.decode(errors="replace"))) if b"Action=" in body else {}
            action = parameters.get("Action", "")
            if action in rules.actions:
                try:
                    self.say(200, reply(action, rules.actions[action](parameters)), {"Content-Type": "text/xml"})
                except Refused as error:
                    self.say(400, refusal(str(error)), {"Content-Type": "text/xml"})
            else:
                with rules.around.get(action, _as_it_is)(parameters):
                    self.pass_on(body, rules.changes.get(action))

        def pass_on(self, body: bytes, change: Change | None = None) -> None:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            connection = http.client.HTTPConnection(*moto, timeout=60)
            try:
                connection.request(self.command, self.path, body or None, {**headers, "Host": self.headers["Host"]})
                answer = connection.getresponse()
                kept = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
                text = answer.read()
                self.say(answer.status, change(text.decode()) if change else text, kept)
            finally:
                connection.close()

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = handle_any

    with serving(address, Door, tls):
        yield f"http://{address[0]}:{address[1]}"
