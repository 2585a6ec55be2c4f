"""What goes wrong: deployments that fail, refusals, Ctrl-C, a killed engine."""

import os
import signal

import psutil

from tests.engine.harness.killing import gone
from tests.engine.harness.waiting import until
from tests.engine.plugins.jobs import job
from tests.engine.plugins.projects import FAILED, Project
from tests.engine.plugins.servers import Servers

_MINUTE = 60_000_000_000


def test_a_version_that_never_works_is_reverted(project: Project, servers: Servers) -> None:
    good, bad = job("web", count=2, at_once=1), job("web", count=2, at_once=1, command="exit 1")
    project.wish(nomad_Job={"web": good})
    project.up()
    old = set(servers.nomad.instances("web", "default"))
    before = project.state()["web"]

    project.wish(nomad_Job={"web": bad})
    said = project.up(fails=True)
    assert "error waiting for job 'web' to schedule/deploy successfully: error waiting for deployment" in said
    assert "terminated with status 'failed': 'Failed due to unhealthy allocations - rolling back to" in said
    assert old & set(servers.nomad.instances("web", "default"))  # one was never touched
    assert project.state()["web"] == before
    assert project.preview() == {"web": ["update", "jobspec"]}

    until(lambda: len(servers.nomad.instances("web", "default")) == 2, "the old version is complete again", 20)
    project.wish(nomad_Job={"web": good})
    project.refresh()
    assert project.preview() == {}


def test_a_first_version_that_never_works_can_be_mended(project: Project, servers: Servers) -> None:
    words = "no stable job version to auto revert to"
    project.wish(nomad_Job={"web": job("web", command="exit 1")})
    assert words in project.up(fails=True)
    assert project.state()["web"]["id"] == "web"
    first = servers.nomad.get("/v1/job/web/deployment")["ID"]
    assert words in project.up(fails=True)
    assert servers.nomad.get("/v1/job/web/deployment")["ID"] != first  # it was really tried again
    project.wish(nomad_Job={"web": job("web")})
    project.up()
    assert project.preview() == {}


def test_time_limits_refusals_and_mistakes(project: Project, servers: Servers) -> None:
    slow = {**job("slow", healthy_after=_MINUTE // 2), "seconds": 2}
    nowhere = job("lost", "nowhere")
    project.wish(nomad_Job={"slow": slow, "lost": nowhere})
    said = project.up(fails=True)
    assert (
        "timeout while waiting for state to become 'deployment_successful' (last state: 'running', timeout: 2s)" in said
    )
    assert "error applying jobspec: Unexpected response code: 500 (1 error occurred:" in said
    assert 'job "lost" is in nonexistent namespace "nowhere"' in said
    assert set(project.state()) >= {"slow"} and "lost" not in project.state()
    project.destroy()

    token = {"nomad.Provider": {"n": {"address": servers.nomad_address, "secret_id": servers.consul_token}}}
    intruder = Project(project.name, project.directory, project.env, {**project.providers, **token})
    intruder.wish(nomad_Namespace={"ns": {"name": "x"}})
    assert "403 (Permission denied)" in intruder.up(fails=True) or "403 (ACL token not found)" in intruder.up(
        fails=True
    )

    mistaken = {"name": "x", "descripton": "typo", "quota": ["x"]}
    project.wish(**{"raw_nomad:index/namespace:Namespace": {"ns": mistaken}})
    said = project.pulumi("preview", expect=FAILED)
    assert "'descripton'" in said or "descripton" in said
    assert "did you mean 'description'?" in said and "must be a string, got a list" in said

    servers.consul.ask("PUT", "/v1/kv/taken/a", 1)
    project.wish(consul_KeyPrefix={"kp": {"path_prefix": "taken/", "subkeys": {}}})
    assert "1 keys already exist under taken/" in project.up(fails=True)
    servers.consul.delete("/v1/kv/taken/a")


def test_ctrl_c_forgets_nothing(project: Project, servers: Servers) -> None:
    project.wish(nomad_Job={"web": job("web", healthy_after=_MINUTE)})
    with project.started("up", "--yes", "--skip-preview") as running:
        until(lambda: servers.nomad.jobs("default"), "the job is registered", 60)
        os.kill(running.process.pid, signal.SIGINT)
        done = running.wait(20)
    assert done.code != 0, done
    assert project.state()["web"]["id"] == "web"
    project.destroy()
    assert servers.nomad.get("/v1/jobs") == []


def test_a_killed_engine_leaves_no_plugin(project: Project, servers: Servers) -> None:
    project.wish(nomad_Job={"web": job("web", healthy_after=_MINUTE)})
    with project.started("up", "--yes", "--skip-preview") as running:
        until(lambda: servers.nomad.jobs("default"), "the job is registered", 60)
        plugins = psutil.Process(running.process.pid).children(recursive=True)
        assert len(plugins) >= 3  # the language host, the program, and a plugin at least
        os.kill(running.process.pid, signal.SIGKILL)
        running.wait(10)
    until(lambda: all(gone(plugin) for plugin in plugins), "all plugins have ended", 30)
    servers.nomad.delete("/v1/job/web", purge="true")
    project.pulumi("cancel", "--yes")
