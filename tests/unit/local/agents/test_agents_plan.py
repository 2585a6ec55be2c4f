"""The plan and the facts on disk."""

import json
import os
import stat
import tempfile
from pathlib import Path

import pytest

from local.agents import cluster
from local.agents.cluster import Cluster
from local.agents.health import health, running
from local.agents.plan import agents_dir, load_plan, new_plan, private_dir
from local.agents.shape import ClusterShape
from local.agents.started import started
from local.agents.supervise import Supervisor
from local.errors import LocalError
from local.paths import cluster_file

FACTS = Cluster(
    address="http://127.0.0.1:4646",
    token="nomad-secret",
    discovery_address="http://127.0.0.1:8500",
    discovery_token="consul-secret",
    ingress_port=8080,
    servers=1,
    dashboards={"consul": "http://127.0.0.1:8500/ui", "nomad": "http://127.0.0.1:4646/ui"},
    interpreter="/usr/bin/python3",
    options={"command_driver": "exec"},
    started="2026-01-01T00:00:00+00:00",
)


def test_a_plan_comes_back_as_it_was() -> None:
    made = new_plan(ClusterShape(3), set_number=4)
    agents_dir().mkdir()
    made.save()
    assert load_plan() == made
    assert stat.S_IMODE((agents_dir() / "plan.json").stat().st_mode) == 0o600


def test_without_a_plan_nothing_runs() -> None:
    assert load_plan() is None
    assert running() is None
    assert health() is None


def test_a_cluster_is_started_while_its_supervisor_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    plan, pids = new_plan(ClusterShape(), set_number=4), iter([None, 7])
    monkeypatch.setattr(Supervisor, "pid", lambda _: next(pids))
    assert started(plan) is None, "it never was"
    FACTS.save()
    assert started(None) is None
    assert started(plan) is None
    assert started(plan) == FACTS


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"shape": {"servers": 2}}', '{"shape": 1}'])
def test_a_damaged_plan_is_an_error_with_a_way_out(text: str) -> None:
    agents_dir().mkdir()
    (agents_dir() / "plan.json").write_text(text)
    with pytest.raises(LocalError, match="make down"):
        load_plan()


def test_the_facts_are_kept_private_and_come_back() -> None:
    FACTS.save()
    assert cluster.load() == FACTS
    assert stat.S_IMODE(cluster_file().stat().st_mode) == 0o600


def test_the_connection_is_what_a_service_takes() -> None:
    connection = FACTS.connection()
    assert set(connection) == {
        "scheduler",
        "address",
        "token",
        "discovery_address",
        "discovery_token",
        "ingress_scheme",
        "ingress_port",
        "options",
    }
    assert (connection["scheduler"], connection["ingress_scheme"]) == ("nomad", "http")


def test_facts_do_not_show_their_tokens() -> None:
    assert "secret" not in repr(FACTS)


@pytest.mark.parametrize("text", ["{", json.dumps({"address": "x"}), "[]"])
def test_damaged_facts_are_an_error_with_a_way_out(text: str) -> None:
    cluster_file().write_text(text)
    with pytest.raises(LocalError, match="make down"):
        cluster.load()


def test_a_deep_state_directory_has_its_socket_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: "/tmp")
    near, deep = Path("/s"), tmp_path / ("d" * 100)
    monkeypatch.setenv("FOXDEN_STATE", str(near))
    assert new_plan(ClusterShape(), 0).socket == "/s/agents/supervisor.sock"
    monkeypatch.setenv("FOXDEN_STATE", str(deep))
    socket = new_plan(ClusterShape(), 0).socket
    assert len(os.fsencode(socket)) < 60
    assert Path(socket).parent == Path(f"/tmp/foxden-{os.getuid()}")
    monkeypatch.setenv("FOXDEN_STATE", f"{deep}2")
    assert new_plan(ClusterShape(), 0).socket != socket


def test_the_private_directory_must_be_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    assert stat.S_IMODE(private_dir().stat().st_mode) == 0o700
    private_dir().chmod(0o755)
    with pytest.raises(LocalError, match="0700"):
        private_dir()
