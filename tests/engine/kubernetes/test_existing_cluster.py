"""A project of somebody's own on a Kubernetes that was there before it: an example as its readers have it."""

from pathlib import Path

import yaml

from tests.engine.harness.waiting import until
from tests.engine.kubernetes.world import World, is_ready
from tests.engine.plugins.kubernetes.control_plane import Api
from tests.engine.plugins.projects import environment
from tests.engine.projects.copies import Copy, copies

FAILED = 1
PROJECT = "bookings"


def _kubeconfig(world: World, place: Path) -> Path:
    """What leads whoever deploys there, with its authority in a file beside it."""
    authority = place / "ca.pem"
    authority.write_text(world.site.facts["ca"])
    file = place / "kubeconfig"
    file.write_text(Api(world.site.facts["address"], world.site.facts["token"], authority).kubeconfig())
    return file


def _choose(project: Copy, world: World, kubeconfig: Path) -> None:
    images = {
        mine: next(iter(world.api.pods(theirs).values()))["spec"]["containers"][0]["image"]
        for mine, theirs in (("pods", "pods"), ("meetings", "meeting-router"))
    }
    project.choose(
        address=world.site.facts["address"],
        options={"kubeconfig": str(kubeconfig), "context": "here", "ingress_class": "traefik"},
        images=images,
        pods_key="hush-4711",
    )


def _outside(world: World) -> set[str]:
    """What is deployed by us in the cluster, beside the project."""
    return {thing for thing in world.api.ours() if PROJECT not in thing}


def test_a_project_on_a_cluster_with_others_and_an_ingress_of_its_own(world: World, tmp_path: Path) -> None:
    """Up, reached through the cluster's ingress, in sync, changed, refused, gone; and all others are as they were."""
    before, others = _outside(world), world.ids()
    kubeconfig = _kubeconfig(world, tmp_path)
    with copies(tmp_path, environment(tmp_path)) as copied:
        project = copied("existing_kubernetes")
        _choose(project, world, kubeconfig)
        project.up()
        assert project.outputs()["urls"] == {"meetings": "https://meetings.bookings.example.com/", "pods": None}
        url = f"http://meetings.bookings.example.com:{world.site.facts['ingress_port']}/"
        until(lambda: world.site.get(url).status == 200, "the cluster's ingress leads to it", within=30)
        for service in ("pods", "meetings"):
            assert sum(map(is_ready, world.api.pods(service, PROJECT).values())) == 2
        assert "hush-4711" not in project.state_text
        assert yaml.safe_load(kubeconfig.read_text())["users"][0]["user"]["token"] not in project.state_text
        assert project.preview() == {}

        program = project.directory / "__main__.py"
        text = program.read_text()
        program.write_text(text.replace('"needs": ["pods"]', '"needs": ["podz"]'))
        said = project.pulumi("preview", expect=FAILED)
        assert "service 'meetings': needs" in said and "did you mean 'pods'?" in said and "Traceback" not in said
        program.write_text(
            text.replace('"replicas": 2,\n                "needs"', '"replicas": 3,\n                "needs"')
        )
        project.up()
        assert len(world.api.pods("meetings", PROJECT)) == 3

        project.destroy()
        assert _outside(world) == before and world.ids() == others
        assert PROJECT not in {space["metadata"]["name"] for space in world.api.items("/api/v1/namespaces")}
