"""Connections are passed on both ways, to their end; and what is left of a cluster is removed."""

import asyncio
import contextlib
import socket
import time
from pathlib import Path

import pytest

from local.kubernetes import stop as stopping
from local.kubernetes.forward import Way, listen, serve
from local.kubernetes.places import cgroup


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say it all back once the other side has said all."""
    writer.write(await reader.read())
    writer.write_eof()


async def _asked(port: int, said: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def _through(answering: bool) -> bytes:
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    there = server.sockets[0].getsockname()[1]
    if not answering:
        server.close()
        await server.wait_closed()
    here = _free_port()
    passing = asyncio.create_task(serve(listen([Way(here, "127.0.0.1", there)])))
    try:
        return await _asked(here, b"x" * 300_000)
    finally:
        passing.cancel()
        server.close()


def test_all_that_is_said_arrives_and_so_does_the_answer() -> None:
    assert asyncio.run(_through(answering=True)) == b"x" * 300_000


def test_a_connection_that_leads_nowhere_is_cut() -> None:
    with contextlib.suppress(ConnectionError):
        assert asyncio.run(_through(answering=False)) == b""


def test_a_port_that_is_taken_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError):
        listen([Way(taken.getsockname()[1], "127.0.0.1", 1)])


def test_control_groups_go_from_the_leaves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(stopping, "controllers", lambda: [tmp_path])
    (tmp_path / cgroup() / "kubepods" / "pod1").mkdir(parents=True)
    (tmp_path / "others").mkdir()
    stopping.remove_groups()
    assert [path.name for path in tmp_path.iterdir() if path.name != "state"] == ["others"]


def test_a_group_whose_last_process_is_not_reaped_yet_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stopping, "controllers", lambda: [tmp_path])
    group = tmp_path / cgroup()
    group.mkdir()
    (group / "process").touch()  # as little can a group be removed that has one
    looks = iter([0, 1, 2, 3])
    monkeypatch.setattr(time, "monotonic", lambda: next(looks))
    monkeypatch.setattr(time, "sleep", lambda _: (group / "process").unlink())
    stopping.remove_groups()
    assert not group.exists()


def test_there_is_nothing_to_stop_where_nothing_was_started() -> None:
    assert stopping.stop(lambda line: None) is False
