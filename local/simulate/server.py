"""``python -m local.simulate.server``: AWS's API on a free loopback port, by moto, kept in memory only.

Prints the port as its first line, and ends with the process that started it.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.serving import make_server

from local.plugins.process import end, exit_with_parent
from local.simulate.corrections import correct


def one_at_a_time(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """AWS does each request as a whole; moto's, side by side, see each other half done, and fail after half of it."""
    lock = threading.Lock()

    def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
        with lock:
            return list(application(environ, start_response))

    return answer


def main() -> None:
    """Serve until the parent is gone."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    correct()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = one_at_a_time(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True)
    os.environ["MOTO_PORT"] = str(server.server_port)
    exit_with_parent(end)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
