"""As a user who is not root: the same, without isolation."""

import shutil
import time
from collections.abc import Iterator

import psutil
import pytest

from local.agents import Cluster
from tests.engine.agents.lab import web
from tests.engine.harness.command import run
from tests.engine.harness.leftovers import listening, nothing_left, processes_of, removed_by_force
from tests.engine.harness.people import ordinary_site
from tests.engine.harness.site import Site
from tests.engine.harness.waiting import until

START = "from local.agents import ClusterShape, start; start(ClusterShape())"
STOP = "from local.agents import stop; stop()"
PROBLEMS = "from local.agents import health; print(health().problems())"


def python(site: Site, code: str) -> str:
    done = run(site.words(".venv/bin/python", "-c", code), site.checkout, site.env, within=60)
    return done.output


@pytest.fixture
def site() -> Iterator[Site]:
    made = ordinary_site()
    try:
        yield made
        python(made, STOP)
    finally:
        removed_by_force(made.state)
        shutil.rmtree(made.root, ignore_errors=True)


def test_an_ordinary_user_starts_and_stops_a_cluster_and_runs_commands(site: Site) -> None:
    said = python(site, START)
    assert "commands run as this user, without isolation" in said
    cluster = Cluster(**site.facts)
    assert cluster.options["command_driver"] == "raw_exec"
    assert python(site, PROBLEMS).strip() == "[]"
    site.nomad.put("/v1/jobs", {"Job": web(cluster, "web")})
    until(lambda: site.consul.healthy("web"), "the command is healthy", 30)
    users = {process.uids().real for process in processes_of(site.state)}
    assert 0 not in users and len(users) == 1
    ports, begun = listening(site.state), time.time()
    psutil.Process(int((site.state / "agents/supervisord.pid").read_text())).kill()
    python(site, STOP)
    nothing_left(site.state, ports, begun)
