"""The life of a plugin process: announce the port, serve, and never outlive the engine that started it."""

import importlib.util
import os
import signal
import stat
import sys
import threading
import types
from collections.abc import Callable
from concurrent import futures

import grpc

_PARENT_POLL_SECONDS = 0.5
_THREADS = 256
"""Every job that waits for its deployment holds a thread; threads start only when needed."""

_OPTIONS = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


def protocol_only() -> None:
    """Make the SDK's protocol modules importable without running the SDK's own packages around them.

    An engine starts four plugins, one after the other, for one preview, and `import pulumi` is more than half of the
    start of each. Only for the entry point of a plugin process: nothing else of the SDK can be imported afterwards.
    """
    found = importlib.util.find_spec("pulumi")
    if found is None or not found.submodule_search_locations:
        sys.exit("the Pulumi SDK is missing: pip install pulumi")
    root = found.submodule_search_locations[0]
    for name, path in (("pulumi", root), ("pulumi.runtime", f"{root}/runtime")):
        package = types.ModuleType(name)
        package.__path__ = [path]
        sys.modules[name] = package


def serve(add_to: Callable[[grpc.Server], None]) -> None:
    """Serve on a free loopback port until the engine ends.

    Prints the port as the first line on stdout, as the engine expects.
    """
    server = grpc.server(futures.ThreadPoolExecutor(_THREADS), options=_OPTIONS)
    add_to(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    # The engine puts a plugin into a process group of its own and ends it with SIGINT, after a call to Cancel.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: end())
    exit_with_parent(end)
    print(port, flush=True)
    server.wait_for_termination()


def end() -> None:
    """End this process at once. There is nothing to save: all state is the engine's or the server's."""
    sys.stdout.flush()
    os._exit(0)


def exit_with_parent(ended: Callable[[], None]) -> None:
    """Call ``ended`` in a thread when the parent process is gone, however it went.

    The engine holds the other end of stdin open for as long as it lives, so end-of-file there is the quickest sign;
    a changed parent is the sign where stdin is not such a pipe.
    """
    parent = os.getppid()
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        threading.Thread(target=_watch_stdin, args=(ended,), daemon=True).start()
    threading.Thread(target=_watch_parent, args=(parent, ended), daemon=True).start()


def _watch_stdin(ended: Callable[[], None]) -> None:
    while os.read(0, 4096):
        pass
    ended()


def _watch_parent(parent: int, ended: Callable[[], None]) -> None:
    waiting = threading.Event()
    while os.getppid() == parent:
        waiting.wait(_PARENT_POLL_SECONDS)
    ended()
