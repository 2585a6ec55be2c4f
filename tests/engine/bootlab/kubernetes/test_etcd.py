"""Three members of etcd as masters have them, without machines: a snapshot in little memory, and what care does."""

import base64
import os
import re
import subprocess
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from foxden.boot.files.node.certificates import issue, new_authority
from foxden.boot.files.node.kubernetes import care
from foxden.boot.files.node.kubernetes.etcd import Etcd, Member
from foxden.boot.files.node.rest import ApiError
from tests.engine.bootlab.mirror import found
from tests.engine.harness.waiting import until
from tests.engine.plugins.servers import free_ports

MIB = 1024 * 1024
QUOTA = 16 * MIB
VALUE = base64.b64encode(os.urandom(MIB // 2)).decode()
TO_START = 60
MOST = 2 * QUOTA // (MIB // 2)
"""So many are more than there is room for."""


@dataclass(frozen=True)
class Ensemble:
    """Members by name, as a master's program reaches them."""

    members: dict[str, Etcd]

    def reach(self, member: Member) -> Etcd:
        """Where the others of it are."""
        return self.members[member.name]

    def leader(self) -> str:
        """Who leads, once somebody does."""

        def look() -> list[str]:
            try:
                return [name for name, each in self.members.items() if each.status().leads]
            except ApiError:
                return []

        return until(look, "one leads", TO_START)[0]

    def put(self, key: str) -> None:
        """Have it hold half a MiB."""
        body = {"key": base64.b64encode(key.encode()).decode(), "value": VALUE}
        self.members["a"]._rest.call("POST", "/v3/kv/put", body)

    def forget(self, key: str) -> None:
        """Remove it."""
        body = {"key": base64.b64encode(key.encode()).decode()}
        self.members["a"]._rest.call("POST", "/v3/kv/deleterange", body)

    def care(self) -> None:
        """One step, by whoever leads."""
        care.keep(self.members[self.leader()], self.reach)

    def fill(self, key: str) -> None:
        """Until there is no room: by changes of one key, or by many where it has a place for a number."""
        with pytest.raises(ApiError, match="database space exceeded"):
            for number in range(MOST):
                self.put(key.format(number))
        until(lambda: self.members["a"].alarms(), "there is an alarm", TO_START)
        assert not self.members["a"].is_healthy()


@pytest.fixture
def ensemble(programs: None, tmp_path: Path) -> Iterator[Ensemble]:
    program, authority = found(("etcd",))["etcd"].path, new_authority("etcd")
    own = issue(authority, ["localhost"], ["127.0.0.1"], 1)
    for name, text in {"ca.pem": authority.certificate, "cert.pem": own.certificate, "key.pem": own.key}.items():
        (tmp_path / name).write_text(text)
    free = free_ports(6)
    ports = dict(zip("abc", zip(free[:3], free[3:], strict=True), strict=True))
    all_ = ",".join(f"{name}=https://127.0.0.1:{peer}" for name, (_, peer) in ports.items())
    with ExitStack() as processes:
        for name, (client, peer) in ports.items():
            processes.enter_context(_member(Path(program), tmp_path, name, client, peer, all_))
        members = {name: Etcd(f"https://127.0.0.1:{client}", tmp_path) for name, (client, _) in ports.items()}
        until(lambda: all(each.is_healthy() for each in members.values()), "etcd is well", TO_START)
        yield Ensemble(members)


@contextmanager
def _member(program: Path, home: Path, name: str, client: int, peer: int, all_: str) -> Iterator[None]:
    files = {"ca": home / "ca.pem", "cert": home / "cert.pem", "key": home / "key.pem"}
    command = [
        str(program),
        f"--name={name}",
        f"--data-dir={home / name}",
        f"--listen-client-urls=https://127.0.0.1:{client}",
        f"--advertise-client-urls=https://127.0.0.1:{client}",
        f"--listen-peer-urls=https://127.0.0.1:{peer}",
        f"--initial-advertise-peer-urls=https://127.0.0.1:{peer}",
        f"--initial-cluster={all_}",
        *("--client-cert-auth", "--peer-client-cert-auth", "--unsafe-no-fsync"),
        *(f"--{whose}trusted-ca-file={files['ca']}" for whose in ("", "peer-")),
        *(f"--{whose}{kind}-file={files[kind]}" for whose in ("", "peer-") for kind in ("cert", "key")),
        *("--heartbeat-interval=200", "--election-timeout=2000"),
        f"--quota-backend-bytes={QUOTA}",
    ]
    with (home / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        try:
            yield
        finally:
            process.kill()
            process.wait()


def test_a_snapshot_is_larger_than_the_memory_that_it_takes_and_is_restored(ensemble: Ensemble, tmp_path: Path) -> None:
    for number in range(8):
        ensemble.put(f"key-{number}")
    taken = tmp_path / "taken.snap"
    tracemalloc.start()
    try:
        with taken.open("wb") as file:
            ensemble.members["b"].snapshot(file)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken.stat().st_size > 4 * MIB
    assert most < 2 * MIB
    restore = [found(("etcdutl",))["etcdutl"].path, "snapshot", "restore", str(taken)]
    subprocess.run([*restore, f"--data-dir={tmp_path / 'restored'}"], check=True, capture_output=True, timeout=60)


def test_what_is_used_no_more_is_given_back_by_one_after_the_other_and_writes_go_on(
    ensemble: Ensemble, capsys: pytest.CaptureFixture[str]
) -> None:
    ensemble.fill("one")
    first = ensemble.leader()

    def step() -> bool:
        ensemble.care()
        return not ensemble.members["a"].alarms()

    until(step, "it takes writes again", TO_START)
    ensemble.put("one")
    said = capsys.readouterr().out.splitlines()
    order = [line[0] for line in said if "is defragmented" in line]
    assert sorted(order) == ["a", "b", "c"], said
    assert order[-1] == first, "the leader was not the last"
    assert re.match(r"[abc] leads etcd", said[2]), said
    assert ensemble.leader() != first
    assert said[-1] == "etcd has room again: it takes writes"
    assert all(each.status().size < QUOTA / 4 for each in ensemble.members.values())
    # Each knows a moment after the others that the alarm is taken back.
    until(lambda: all(each.is_healthy() for each in ensemble.members.values()), "all are well", TO_START)


def test_where_too_much_is_kept_it_is_told_and_removing_helps(ensemble: Ensemble) -> None:
    def step() -> bool:
        ensemble.care()
        return not ensemble.members["a"].alarms()

    # What its pages do not use is given back, until they use nearly all.
    with pytest.raises(ApiError, match=r"etcd is full, and takes no writes: 1\d MiB of 16 are in use"):
        for turn in range(10):
            ensemble.fill(f"{turn}-{{}}")
            until(step, "it takes writes again", TO_START)
    for turn in range(10):
        for number in range(MOST):
            ensemble.forget(f"{turn}-{number}")
    until(step, "it takes writes again", TO_START)
    ensemble.put("another")
