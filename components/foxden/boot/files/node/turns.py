"""What only one server does at a time: whose turn it is, Consul knows."""

from collections.abc import Iterator
from contextlib import contextmanager

from .api import Api, ApiError

_AT_MOST = 300
"""Seconds after which a turn ends that nobody has ended."""


@contextmanager
def turn(consul: Api, what: str, name: str) -> Iterator[None]:
    """The block is this server's turn; ApiError where it is another one's, or Consul can't say."""
    wish = {"Name": f"foxden {what}", "TTL": f"{_AT_MOST}s", "Behavior": "delete"}
    session = consul.call("PUT", "/v1/session/create", wish)["ID"]
    key = f"/v1/kv/foxden-node/turns/{what}"
    try:
        if consul.call("PUT", f"{key}?acquire={session}", {"server": name}) is not True:
            raise ApiError("it is another server's turn")
        try:
            yield
        finally:
            # What is let go can be had at once; where only its session ends, some time later.
            _try(consul, f"{key}?release={session}")
    finally:
        _try(consul, f"/v1/session/destroy/{session}")


def _try(consul: Api, path: str) -> None:
    try:
        consul.call("PUT", path)
    except ApiError as error:
        print(f"a turn ends only by itself: {error}", flush=True)
