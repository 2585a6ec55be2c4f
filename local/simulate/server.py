"""``python -m local.simulate.server``: AWS's API on a free loopback port, by moto, kept in memory only.

Prints the port as its first line, and ends with the process that started it.
"""

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.serving import make_server

from local.plugins.process import end, exit_with_parent
from local.simulate.corrections import correct

_REMEMBERED = 1000
"""So many answers are kept for the case that they are asked for again."""


def whole_and_once(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """AWS does each request as a whole, and none twice that is sent again because its answer was lost on the way.

    Moto's, side by side, see each other half done, and fail after half of it; what it is told again it does again.
    """
    lock = threading.Lock()
    done: OrderedDict[str, tuple[Any, list[bytes]]] = OrderedDict()

    def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
        # AWS's clients say so with every attempt at the same request.
        request = environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
        with lock:
            if request not in done:
                told: list[Any] = []
                body = list(application(environ, lambda *head: told.append(head)))
                done[request] = told[-1], body
            head, body = done[request]
            if not request or head[0][0] != "2":  # one that failed may do better the next time
                del done[request]
            while len(done) > _REMEMBERED:
                done.popitem(last=False)
        start_response(*head)
        return body

    return answer


def main() -> None:
    """Serve until the parent is gone."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    correct()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = whole_and_once(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True)
    os.environ["MOTO_PORT"] = str(server.server_port)
    exit_with_parent(end)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
