"""However a cluster ends, nothing of it is left; and it can be started again."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from local.agents import Kind
from local.errors import LocalError
from local.paths import REPO
from tests.engine.agents.lab import Lab, web
from tests.engine.harness.leftovers import processes_of
from tests.engine.harness.waiting import until

START = "from local.agents import ClusterShape, start; start(ClusterShape())"


def supervisor(lab: Lab) -> None:
    lab.supervisor().kill()


def client(lab: Lab) -> None:
    lab.kill("local", Kind.NOMAD_CLIENT)


def facts_and_plan(lab: Lab) -> None:
    (lab.state / "cluster.json").write_text("{")
    (lab.state / "agents/plan.json").unlink()


def everything(lab: Lab) -> None:
    for process in processes_of(lab.state):
        process.kill()


def nothing(lab: Lab) -> None:
    pass


@pytest.mark.parametrize("broken", [nothing, supervisor, client, facts_and_plan, everything])
def test_stop_leaves_nothing_whatever_happened_before(lab: Lab, broken: Callable[[Lab], None]) -> None:
    cluster = lab.start()
    lab.run(web(cluster, "web", count=2))
    lab.run(web(cluster, "raw", "raw_exec"))
    broken(lab)
    begun = time.monotonic()
    assert lab.stop()
    assert time.monotonic() - begun < 60
    assert sorted(path.name for path in lab.state.iterdir() if path.name != "tools.json") == ["agents.lock", "logs"]
    assert lab.running() is None
    assert not lab.stop(), "stopping again is harmless"


def test_it_starts_anew_after_a_stop(lab: Lab) -> None:
    first = lab.start()
    lab.stop()
    second = lab.start()
    assert lab.well()
    assert (first.token, first.discovery_token) != (second.token, second.discovery_token)


def test_a_start_without_a_plan_clears_away_what_is_there(lab: Lab) -> None:
    lab.start()
    old = {process.pid for process in processes_of(lab.state)}
    facts_and_plan(lab)
    (lab.state / "cluster.json").unlink()
    lab.start()
    assert lab.well()
    assert not old & {process.pid for process in processes_of(lab.state)}


@pytest.mark.parametrize("seconds", [0.7, 1.8])
def test_a_start_broken_off_with_ctrl_c_can_be_gone_on_with_or_stopped(lab: Lab, seconds: float) -> None:
    environment = {**os.environ, "FOXDEN_STATE": str(lab.state)}
    with subprocess.Popen(
        [sys.executable, "-c", START],
        cwd=REPO,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    ) as starting:
        time.sleep(seconds)
        os.killpg(starting.pid, signal.SIGINT)
        starting.wait(timeout=20)
    lab.start()
    assert lab.well()


def test_an_agent_that_cannot_start_is_an_error_with_the_end_of_its_log(lab: Lab) -> None:
    lab.start()
    config = lab.state / "agents/local/nomad-client.json"
    config.write_text("{ broken")
    killed = lab.kill("local", Kind.NOMAD_CLIENT)
    until(lambda: not _alive(killed), "it is gone", 15)
    with pytest.raises(LocalError, match=r"local-nomad-client does not stay up.*\n(.*\n)*.*Error loading"):
        lab.start()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_deep_state_directory_works(lab: Lab) -> None:
    deep = lab.state / ("deep" * 20)
    deep.mkdir()
    if (lab.state / "tools.json").exists():
        shutil.copy2(lab.state / "tools.json", deep)
    below = Lab(deep)
    cluster = below.start()
    try:
        below.run(web(cluster, "web"))
    finally:
        below.stop()


def test_after_a_power_cut_a_start_brings_all_back(lab: Lab) -> None:
    cluster = lab.start()
    lab.run(web(cluster, "web", count=2))
    everything(lab)
    assert lab.running() is None
    assert lab.start() == cluster
    assert lab.well()
    until(lambda: len(lab.anyone.healthy("web")) == 2, "the service is healthy again", 40)
