"""How the simulated AWS takes requests."""

from typing import Any

from local.simulate.server import whole_and_once


class Service:
    """Counts what it does; the first ``failing`` times it can't."""

    def __init__(self, failing: int = 0) -> None:
        self.done = 0
        self._failing = failing

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        self.done += 1
        start_response("503 Busy" if self.done <= self._failing else "200 OK", [("x", "y")])
        return [str(self.done).encode()]


def told(application: Any, request: str | None) -> tuple[Any, ...]:
    """Status, headers and body of an answer."""
    heads: list[Any] = []
    environ = {} if request is None else {"HTTP_AMZ_SDK_INVOCATION_ID": request}
    body = application(environ, lambda *head: heads.append(head))
    assert len(heads) == 1
    return (*heads[0], b"".join(body))


def test_a_request_that_is_sent_again_is_not_done_again() -> None:
    service = Service()
    application = whole_and_once(service)
    first = told(application, "a")
    assert first == ("200 OK", [("x", "y")], b"1")
    assert told(application, "a") == first
    assert told(application, "b")[2] == b"2"
    assert service.done == 2


def test_what_failed_is_tried_again() -> None:
    application = whole_and_once(Service(failing=1))
    assert told(application, "a")[0] == "503 Busy"
    assert told(application, "a")[0] == "200 OK"


def test_requests_that_do_not_say_which_they_are_are_all_done() -> None:
    application = whole_and_once(Service())
    assert [told(application, None)[2] for _ in range(3)] == [b"1", b"2", b"3"]
