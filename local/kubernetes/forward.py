"""Passes connections on from this machine's network into the cluster's.

A socket belongs to the network in which it was made. So the listening ones are made outside, and the thread that
accepts goes inside, where the sockets to the cluster are made.
"""

import asyncio
import ctypes
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

_NETWORK = 0x40000000  # CLONE_NEWNET
_CHUNK = 1 << 16
_WAITING = 512
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Way:
    """A port of this machine's loopback address, and where it leads."""

    port: int
    host: str
    to: int


def listen(ways: Sequence[Way]) -> list[tuple[socket.socket, Way]]:
    """Listen on all of them. Raises OSError when one is taken."""
    return [(socket.create_server((_LOOPBACK, way.port), backlog=_WAITING), way) for way in ways]


def enter_network(pid: int) -> None:
    """Have this thread make its sockets in the network of another process from now on."""
    handle = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(handle, _NETWORK):
            number = ctypes.get_errno()
            raise OSError(number, f"cannot enter the network of process {pid}: {os.strerror(number)}")
    finally:
        os.close(handle)


async def serve(listening: Sequence[tuple[socket.socket, Way]]) -> None:
    """Pass connections on, without end."""
    servers = [await asyncio.start_server(_passing(way), sock=one) for one, way in listening]
    await asyncio.gather(*(server.serve_forever() for server in servers))


def _passing(way: Way) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(way.host, way.to)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(_copy(reader, back), _copy(there, writer))

    return handle


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """One direction of a connection, to its end."""
    try:
        while data := await source.read(_CHUNK):
            target.write(data)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()
    except OSError:
        target.transport.abort()
