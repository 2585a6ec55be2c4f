"""How a node goes."""

from collections.abc import Callable
from typing import Any

import pytest

from foxden.boot.files.node import leaving, units, waiting
from foxden.boot.files.node.api import ApiError
from tests.unit.boot.fakes import FakeApi, Time, facts

LEADER = "GET /v1/status/leader"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    found = Time()
    monkeypatch.setattr(waiting, "time", found)
    return found


@pytest.fixture(autouse=True)
def systemctl(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> list[tuple[str, ...]]:
    done: list[tuple[str, ...]] = []

    def run(*arguments: str) -> int:
        done.append(arguments)
        return 3 if arguments[0] == "is-active" else 0

    for module in (leaving, units):
        monkeypatch.setattr(module, "systemctl", run)
    monkeypatch.setattr(units, "_DROP_IN", f"{tmp_path}/{{unit}}.conf")
    monkeypatch.setattr(leaving, "node_id", lambda: "n1")
    return done


def nothing() -> None:
    return None


def test_a_wait_ends_when_it_is_done_and_at_its_deadline(clock: Time) -> None:
    beats: list[float] = []
    assert not waiting.until(lambda: False, 100, lambda: beats.append(clock.now))
    assert beats == [100, 130, 160, 190]
    assert clock.now == 200
    assert waiting.until(lambda: clock.now > 205, 100, nothing)


def test_a_wait_ends_before_its_time_where_something_says_so(clock: Time) -> None:
    assert not waiting.until(lambda: clock.now > 160, 100, nothing, unless=lambda: clock.now > 130)
    assert clock.now == 132
    assert waiting.until(lambda: clock.now > 160, 100, nothing, unless=lambda: clock.now > 190)


def test_a_wait_takes_an_error_for_not_yet(clock: Time) -> None:
    def asked() -> bool:
        if clock.now < 110:
            raise ApiError("not yet")
        return True

    assert waiting.until(asked, 100, nothing)


def test_a_wait_goes_on_whatever_the_cloud_says_meanwhile(clock: Time, capsys: pytest.CaptureFixture[str]) -> None:
    class Throttled(Exception):
        pass

    def refuse() -> None:
        raise Throttled("Rate exceeded")

    def asked() -> bool:
        if clock.now < 150:
            raise Throttled("Rate exceeded")
        return True

    assert waiting.until(asked, 100, refuse)
    assert capsys.readouterr().out == "goes on waiting: Throttled: Rate exceeded\n"


def test_a_drain_that_nobody_takes_is_no_drain(clock: Time) -> None:
    deaf = FakeApi({"GET /v1/node/n1": {"DrainStrategy": None}})
    begun = clock.now
    assert not leaving.drain(lambda: deaf, 300, nothing)
    assert clock.now - begun == 300


def test_a_token_that_is_not_there_yet_is_waited_for_with_heartbeats(clock: Time) -> None:
    nomad, beats = draining(lambda: True), list[float]()

    def api() -> FakeApi:
        if clock.now < 150:
            raise ApiError("the servers have not made this pool's token yet")
        return nomad

    assert leaving.drain(api, 300, lambda: beats.append(clock.now))
    assert len(beats) > 1
    assert nomad.told("POST /v1/node/n1/drain")


def draining(ends: Callable[[], bool]) -> FakeApi:
    def node(*_: Any) -> dict[str, Any]:
        return {"DrainStrategy": None if ends() else {"Deadline": 1}}

    return FakeApi({"POST /v1/node/n1/drain": {"EvalIDs": ["e1"]}, "GET /v1/node/n1": node})


def test_a_worker_drains_itself_and_leaves_the_ingress_for_last(clock: Time) -> None:
    nomad = draining(lambda: clock.now > 150)
    assert leaving.drain(lambda: nomad, 300, nothing)
    told = {"DrainSpec": {"Deadline": 300 * 10**9, "IgnoreSystemJobs": True}}
    assert nomad.told("POST /v1/node/n1/drain") == [told]


def test_a_drain_that_is_done_again_has_another_deadline(clock: Time) -> None:
    nomad = draining(lambda: clock.now > 150)
    assert not leaving.drain(lambda: nomad, 300, nothing, lambda: clock.now > 120)
    assert clock.now == 122
    assert leaving.drain(lambda: nomad, 100, nothing)
    told = [body["DrainSpec"]["Deadline"] / 10**9 for body in nomad.told("POST /v1/node/n1/drain")]
    assert told == [300, 100]


def test_a_drain_that_never_ends_ends_at_its_deadline(clock: Time) -> None:
    begun = clock.now
    beats: list[float] = []
    never = draining(lambda: False)
    assert not leaving.drain(lambda: never, 300, lambda: beats.append(clock.now))
    assert clock.now - begun <= 370
    assert len(beats) > 10


def test_a_worker_is_ready_when_it_takes_work() -> None:
    def ready(status: str, eligibility: str) -> bool:
        found = {"Status": status, "SchedulingEligibility": eligibility}
        return leaving.is_ready(FakeApi({"GET /v1/node/n1": found}))

    assert ready("ready", "eligible")
    assert not ready("initializing", "eligible")
    assert not ready("ready", "ineligible")


def server_api(leader: str) -> FakeApi:
    paths = ("/v1/agent/leave", "/v1/operator/raft/transfer-leader", "/v1/operator/raft/transfer-leadership")
    return FakeApi({LEADER: leader, **{f"PUT {path}": True for path in paths}})


def test_a_server_leaves_only_when_the_others_can_decide(clock: Time, systemctl: list[tuple[str, ...]]) -> None:
    consul, nomad = server_api("10.0.0.2:8300"), server_api("10.0.0.2:4647")

    def whole() -> frozenset[str]:
        return frozenset({"servers-i-1", "servers-i-2", *(["servers-i-3"] if clock.now > 140 else [])})

    leaving.leave_raft(consul, nomad, facts(), whole, nothing)
    assert 140 < clock.now < 150
    assert consul.told("PUT /v1/agent/leave") == [None]
    assert not [call for call, _ in [*consul.calls, *nomad.calls] if "transfer" in call]
    assert ("kill", "--kill-who=main", "--signal=INT", "nomad") in systemctl


def test_a_server_that_has_no_successor_waits_as_long_as_it_may(clock: Time) -> None:
    api = server_api("10.0.0.2:8300")
    leaving.leave_raft(api, api, facts(drain_deadline=200), lambda: frozenset({"servers-i-1", "servers-i-2"}), nothing)
    assert clock.now == 300
    assert api.told("PUT /v1/agent/leave")


def test_a_leader_hands_over_before_it_leaves() -> None:
    consul, nomad = server_api("10.0.0.1:8300"), server_api("10.0.0.1:4647")
    names = frozenset({"servers-i-1", "servers-i-2", "servers-i-3"})
    leaving.leave_raft(consul, nomad, facts(), lambda: names, nothing)
    assert nomad.told("PUT /v1/operator/raft/transfer-leadership")
    assert consul.told("PUT /v1/operator/raft/transfer-leader")


def test_the_only_server_goes_at_once(clock: Time) -> None:
    api = server_api("10.0.0.1:8300")
    leaving.leave_raft(api, api, facts(servers=1), frozenset, nothing)
    assert clock.now == 100
    assert not [call for call, _ in api.calls if "transfer" in call]


def test_an_agent_that_left_is_not_started_again(systemctl: list[tuple[str, ...]], tmp_path: Any) -> None:
    leaving.leave_pool(FakeApi({"PUT /v1/agent/leave": True}))
    assert {file.read_text() for file in tmp_path.iterdir()} == {"[Service]\nRestart=no\n"}
    assert systemctl[0] == ("daemon-reload",)
