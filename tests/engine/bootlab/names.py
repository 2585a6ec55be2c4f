"""A name server that knows no names: to be told so at once is better than to wait for nobody's answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_NO_SUCH_NAME = 3


def answer(question: bytes) -> bytes:
    """No such name, whatever was asked."""
    flags = bytes([0x81 | (question[2] & 0x79), 0x80 | _NO_SUCH_NAME])
    end = question.index(b"\0", 12) + 5
    return question[:2] + flags + question[4:6] + bytes(6) + question[12:end]


@contextmanager
def no_names(address: str) -> Iterator[None]:
    """Answers at port 53, UDP, while the block runs."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))
        server.settimeout(0.2)
        over = threading.Event()
        thread = threading.Thread(target=_serve, args=(server, over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(5)


def _serve(server: socket.socket, over: threading.Event) -> None:
    while not over.is_set():
        try:
            question, sender = server.recvfrom(4096)
            server.sendto(answer(question), sender)
        except (TimeoutError, ValueError, IndexError, OSError):
            continue
