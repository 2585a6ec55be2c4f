"""How agents take over what changed: nothing is forgotten, and Nomad's servers are started again one by one."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from foxden.boot.files.node import configure, leaving, server, waiting
from foxden.boot.files.node.api import ApiError
from foxden.boot.files.node.certificates import Pair
from foxden.boot.files.node.credentials import Credentials
from foxden.boot.files.node.group import Group
from foxden.boot.files.node.pending import Pending
from foxden.boot.files.node.server import Server
from foxden.boot.files.node.turns import turn
from tests.unit.boot.fakes import FakeApi, FakeGroups, FakeMetadata, FakeParameters, Time, facts

CREDENTIALS = Credentials("CA", Pair("CERT", "KEY"), "gossip", "token", "gossip", "management", "management")
KEY = "/v1/kv/foxden-node/turns/nomad"


def no_more(*_: Any) -> None:
    raise OSError("the machine lost its power")


@pytest.fixture(autouse=True)
def same_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.chown", lambda *_: None)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ([], []),
        (["consul:certificate", "nomad:certificate"], ["reload consul", "reload nomad"]),
        (["consul", "nomad", "nomad:certificate"], ["reload consul", "start nomad again"]),
    ],
)
def test_agents_take_over_what_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changed: list[str], told: list[str]
) -> None:
    done: list[str] = []
    monkeypatch.setattr(configure, "systemctl", lambda *words: done.append(" ".join(words)))
    pending = Pending(tmp_path)
    for name in changed:
        pending.note(name)
    configure.follow(pending, lambda: done.append("start nomad again"))
    assert done == told
    assert pending.names() == []


def test_what_could_not_be_done_is_still_to_be_done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(configure, "systemctl", lambda *_: 0)
    configure.configure(facts(), CREDENTIALS, tmp_path)

    def refuse() -> None:
        raise ApiError("it is another server's turn")

    with pytest.raises(ApiError):
        configure.follow(Pending(tmp_path), refuse)
    assert Pending(tmp_path).names() == ["nomad", "nomad:certificate"]


def test_a_change_is_known_before_it_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    configure.configure(facts(), CREDENTIALS, tmp_path)
    Pending(tmp_path).done(*Pending(tmp_path).names())

    monkeypatch.setattr(Path, "replace", no_more)
    changed = Credentials(**{**vars(CREDENTIALS), "consul_token": "new"})
    with pytest.raises(OSError, match="power"):
        configure.configure(facts(), changed, tmp_path)
    assert Pending(tmp_path).names() == ["consul"]


class Three:
    """Three servers, with one Consul and Nomad's raft."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.time = Time()
        monkeypatch.setattr(waiting, "time", self.time)
        monkeypatch.setattr(server, "time", self.time)
        monkeypatch.setattr(leaving, "start_nomad_again", self._start_again)
        monkeypatch.setattr(configure, "systemctl", lambda *_: 0)
        self.holder = ""
        self.down: dict[str, float] = {}
        """Server to when its Nomad is back."""
        self.started: list[str] = []
        self.most_down = 0
        self.lost: set[str] = set()
        self.takes = 20.0
        self._acting = ""
        self._sessions = itertools.count(1)
        monkeypatch.setattr(server, "Api", lambda *_: FakeApi(self._answers()))
        monkeypatch.setattr(FakeApi, "at", lambda own, _: own)
        self.servers = {}
        for number in (1, 2, 3):
            own = facts(instance=f"i-{number}", address=f"10.0.0.{number}")
            group = Group(own, FakeMetadata(), FakeGroups())
            made = Server(own, FakeParameters(), group, CREDENTIALS)
            made._pending = Pending(tmp_path / own.name)
            made._pending.note("nomad")
            self.servers[own.name] = made

    def _answers(self) -> dict[str, Any]:
        paths: dict[str, Any] = {
            "PUT /v1/session/create": lambda *_: {"ID": f"s{next(self._sessions)}"},
            "GET /v1/status/leader": lambda *_: "" if self._acting in self._away() else "10.0.0.9:4647",
            "GET /v1/operator/autopilot/health": lambda *_: self._health(),
        }
        for number in range(1, 100):
            paths[f"PUT {KEY}?acquire=s{number}"] = lambda *_, own=f"s{number}": self._acquired(own)
            paths[f"PUT {KEY}?release=s{number}"] = lambda *_: self._released()
            paths[f"PUT /v1/session/destroy/s{number}"] = True
        return paths

    def _acquired(self, session: str) -> bool:
        if not self.holder:
            self.holder = session
        return self.holder == session

    def _released(self) -> bool:
        self.holder = ""
        return True

    def _away(self) -> set[str]:
        return {name for name, until in self.down.items() if until > self.time.now}

    def _health(self) -> dict[str, Any]:
        # What others learn only later: a server that has just ended is still healthy to them.
        well = [name for name in self.servers if name not in self.lost]
        return {"Servers": [{"Name": name, "Address": ":8300", "Healthy": True, "Voter": True} for name in well]}

    def _start_again(self) -> None:
        assert self.holder, "nobody else was kept from it"
        self.started.append(self._acting)
        self.down[self._acting] = self.time.now + self.takes
        self.most_down = max(self.most_down, len(self._away()))

    def follow(self, name: str) -> None:
        self._acting = name
        self.servers[name].follow()


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Three:
    return Three(monkeypatch, tmp_path)


def test_nomads_servers_are_started_again_one_after_the_other(three: Three) -> None:
    for name in three.servers:
        begun = three.time.now
        three.follow(name)
        assert three.time.now - begun >= three.takes, "its turn ended before it was back"
    assert three.started == list(three.servers)
    assert three.most_down == 1
    for name in three.servers:
        three.follow(name)
    assert len(three.started) == 3


def test_who_has_not_the_turn_waits_for_it(three: Three) -> None:
    three.holder = "another"
    with pytest.raises(ApiError, match="another server's turn"):
        three.follow("servers-i-1")
    assert three.started == []
    three.holder = ""
    three.follow("servers-i-1")
    assert three.started == ["servers-i-1"]


def test_a_server_waits_until_the_others_are_enough_but_not_longer_than_its_tokens_are_good(three: Three) -> None:
    three.lost = {"servers-i-3"}
    with pytest.raises(ApiError, match="enough to decide"):
        three.follow("servers-i-1")
    assert not three.holder
    three.time.now += 1199
    with pytest.raises(ApiError, match="enough to decide"):
        three.follow("servers-i-1")
    three.time.now += 1
    three.follow("servers-i-1")
    assert three.started == ["servers-i-1"]


def test_a_server_that_is_not_back_gives_its_turn_away(three: Three, capsys: pytest.CaptureFixture[str]) -> None:
    three.takes = 1000
    three.follow("servers-i-1")
    assert not three.holder
    assert "Nomad is not back 90 s after" in capsys.readouterr().out


def test_a_turn_ends_with_its_block_and_by_itself_where_consul_is_away(capsys: pytest.CaptureFixture[str]) -> None:
    answers = {"PUT /v1/session/create": {"ID": "s"}, f"PUT {KEY}?acquire=s": True, f"PUT {KEY}?release=s": True}
    consul = FakeApi(answers)
    with turn(consul, "nomad", "servers-i-1"):
        pass
    assert consul.told("PUT /v1/session/create") == [{"Name": "foxden nomad", "TTL": "300s", "Behavior": "delete"}]
    assert [call.partition("?")[2] for call, _ in consul.calls if KEY in call] == ["acquire=s", "release=s"]
    assert "a turn ends only by itself" in capsys.readouterr().out
