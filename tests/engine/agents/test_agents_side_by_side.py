"""Clusters of several checkouts on one machine, and other programs on the ports."""

import importlib
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress

import pytest

from local.agents.configure import choose_set
from local.agents.plan import load_plan
from local.agents.ports import port_set
from local.agents.shape import ClusterShape
from local.errors import LocalError
from local.paths import REPO
from tests.engine.agents.lab import Lab, a_lab, web
from tests.engine.harness.apis import cluster_facts
from tests.engine.harness.leftovers import listeners, listening, processes_of
from tests.engine.harness.waiting import until

START = "import os; from local.agents import ClusterShape, start; start(ClusterShape())"


def test_two_started_at_once_do_not_meet(lab: Lab) -> None:
    with a_lab() as other:
        both = (lab, other)
        starting = [
            subprocess.Popen(
                [sys.executable, "-c", START],
                cwd=REPO,
                env={**os.environ, "FOXDEN_STATE": str(each.state)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for each in both
        ]
        for process in starting:
            said, _ = process.communicate(timeout=60)
            assert process.returncode == 0, said
        assert lab.well() and other.well()
        assert not listening(lab.state) & listening(other.state)
        assert cluster_facts(lab.state)["ingress_port"] != cluster_facts(other.state)["ingress_port"]
        wanted = {"consul", "nomad", "nomad-client", "web"}
        for each in both:
            cluster = each.running()
            assert cluster
            each.run(web(cluster, "web"))
        # Nomad's agents register themselves in their own time.
        until(lambda: lab.consul.services() == other.consul.services() == wanted, f"both know {wanted}", within=15)
        assert not lab.anyone.healthy("web") & other.anyone.healthy("web")
        before = {process.pid for process in processes_of(other.state)}
        lab.stop()
        assert {process.pid for process in processes_of(other.state)} == before
        assert other.well()
        assert len(other.anyone.healthy("web")) == 1


def test_a_port_that_was_given_back_may_be_anothers_at_the_next_stop(lab: Lab) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    lab.ports = {port}
    lab.stop()
    served = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)]
    with subprocess.Popen(served, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as other:
        try:
            until(lambda: listeners({port}, time.time()), "another listens", within=15)
            lab.stop()
        finally:
            other.kill()


def test_ports_lost_to_a_cluster_that_starts_at_the_same_moment_are_given_up(
    lab: Lab, one: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two users' clusters can't see each other's choice: here one chooses what the other has just begun to use."""
    with one.here():
        theirs = load_plan()
    assert theirs
    choices = [theirs.set_number]
    starting = importlib.import_module("local.agents.start")
    monkeypatch.setattr(starting, "choose_set", lambda *given: choices.pop() if choices else choose_set(*given))
    lab.start()
    assert any(re.search(r"held by consul \(pid \d+\): taking other ports", line) for line in lab.said), lab.said
    assert lab.well() and one.well()
    assert not listening(lab.state) & listening(one.state)


def test_a_held_port_is_named_with_its_holder_and_other_ports_are_taken(lab: Lab) -> None:
    usual = port_set(0, ClusterShape()).nodes[0].consul_http
    with ExitStack() as held:
        with suppress(OSError):  # then another cluster has it, which does as well
            held.enter_context(socket.create_server(("127.0.0.1", usual)))
        cluster = lab.start()
    assert any(re.search(rf"{usual} \(consul http\).* held by \S+ \(pid \d+\)", line) for line in lab.said), lab.said
    assert not cluster.discovery_address.endswith(str(usual))
    assert cluster.ingress_port != 8080
    assert lab.well()


def test_another_shape_is_refused_while_one_runs(one: Lab) -> None:
    with pytest.raises(LocalError, match="make down"):
        one.start(servers=3)
    assert one.well()
