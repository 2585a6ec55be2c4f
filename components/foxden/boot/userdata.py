"""User-data: the same bytes each time, and never longer than a cloud takes (pure)."""

import base64
from functools import lru_cache

from foxden.boot.cloudinit import cloud_config
from foxden.boot.parts import Boot
from foxden.errors import Problem, check

LONGEST = 16 * 1024
"""Bytes that EC2 takes, before they are encoded as base64."""


def user_data(boot: Boot, subject: str) -> str:
    """The user-data as base64, compressed only where it would else be too long.

    InvalidInput where it is too long even so; ``subject`` says whose it is: ``cluster 'dev'``.
    """
    data = cloud_config(boot).encode()
    if len(data) > LONGEST:
        data = compressed(data)
    over = len(data) - LONGEST
    said = f"user-data has {len(data)} bytes when compressed, {over} more than the {LONGEST} that a node can be given"
    check([Problem(subject, said)] if over > 0 else [])
    return base64.b64encode(data).decode()


@lru_cache(maxsize=256)
def compressed(data: bytes) -> bytes:
    """As gzip does it, without a time in it.

    Not by Python's own gzip: its bytes depend on the zlib that it was built with, and other bytes replace every node.
    """
    # Rarely needed, and a third of a second each time.
    import zopfli.gzip  # type: ignore[import-untyped]

    return bytes(zopfli.gzip.compress(data, numiterations=1))
