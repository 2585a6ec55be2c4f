"""``pulumi up`` of a cluster's components ends when its machines have booted, and are members of one cluster."""

import json
import shutil
from pathlib import Path

import pytest

from local.errors import LocalError
from local.simulate.cloud import Cloud
from local.toolchain import aws
from tests.engine.aws.projects import Project, environment
from tests.engine.bootlab.access import Access
from tests.engine.bootlab.cluster import existing, group_name
from tests.engine.bootlab.lab import REGION, Lab
from tests.engine.bootlab.mirror import archives
from tests.engine.harness.waiting import until

POOL = "general"
SERVERS, WORKERS = 3, 2

_PROGRAM = Path(__file__).parent / "machines"


@pytest.fixture(scope="module")
def plugin() -> aws.Ready:
    """What programs on AWS run with; it is got before the lab, in which there is nothing to get."""
    try:
        return aws.ensure()
    except LocalError as error:
        pytest.fail(f"nothing on AWS was tested: {error}", pytrace=False)


@pytest.fixture(scope="module")
def project(plugin: aws.Ready, lab: Lab) -> Project:
    """A stack of a network, three servers and two workers, on the lab's cloud."""
    directory = lab.directory / "stack"
    shutil.copytree(_PROGRAM, directory)
    env = {**environment(lab.directory, Cloud(lab.endpoint)), "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
    programs = {
        archive.name: {"version": archive.version, "checksum": archive.sha256, "url": f"{lab.mirror}{archive.path}"}
        for archive in archives().values()
    }
    settings = {
        "cidr": str(lab.network.addresses),
        "zones": [f"{REGION}{zone}" for zone in "abc"],
        "image": lab.cloud.ec2.describe_images()["Images"][0]["ImageId"],
        "servers": SERVERS,
        "pool": POOL,
        "workers": WORKERS,
        "software": {"programs": programs},
    }
    (directory / "settings.json").write_text(json.dumps(settings))
    (directory / "Pulumi.yaml").write_text("name: lab-machines\nruntime: python\n")
    made = Project("lab-machines", directory, env, {})
    made.pulumi("stack", "init")
    return made


def test_up_ends_when_the_machines_are_one_cluster(project: Project, lab: Lab) -> None:
    project.up()
    access = Access(existing(lab, SERVERS))
    servers = lab.in_service(group_name("servers"), SERVERS, within=5)
    workers = lab.in_service(group_name(POOL), WORKERS, within=5)
    until(access.whole, "all servers vote in both rafts", 60)
    assert access.ready() == {f"{POOL}-{member.id}" for member in workers}
    assert all(member.version == 1 for member in servers + workers)
    assert project.preview() == {}
