"""What only one master does at a time: whose turn it is, etcd knows."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..rest import ApiError
from .etcd import Etcd

_AT_MOST = 300
"""Seconds after which a turn ends that nobody has ended."""


@contextmanager
def turn(etcd: Etcd, what: str, name: str) -> Iterator[None]:
    """The block is this master's turn; ApiError where it is another one's, or etcd can't say."""
    lease = etcd.lease(_AT_MOST)
    try:
        if not etcd.claim(f"foxden-node/turns/{what}", name, lease):
            raise ApiError("it is another master's turn")
        yield
    finally:
        try:
            etcd.end(lease)
        except ApiError as error:
            print(f"a turn ends only by itself: {error}", flush=True)
