"""What nodes boot with, as a whole."""

from dataclasses import replace

import pytest
import yaml

from foxden.boot.node import Role
from foxden.schedulers.nomad import nodes
from tests.unit.boot.samples import BUCKET, GOLDEN, NODES, SERVER, WORKER, config, decoded, files, outline


@pytest.mark.parametrize("name", NODES)
def test_the_user_data_is_as_it_was(name: str) -> None:
    assert outline(nodes.parts(NODES[name], nodes.software(), BUCKET)) == (GOLDEN / f"{name}.yaml").read_text()


@pytest.mark.parametrize("name", NODES)
def test_a_node_fetches_its_program_before_all_else(name: str) -> None:
    program = nodes.program(NODES[name].role)
    first = config(NODES[name])["runcmd"][1]
    place = ["eu-west-1", BUCKET, f"programs/{program.checksum}.pyz", program.checksum]
    assert first == ["/usr/local/lib/foxden/fetch-program", *place, "/usr/local/bin/foxden-node"]


def test_each_role_has_a_program_of_its_own() -> None:
    assert len({nodes.program(role).key for role in Role}) == len(Role)


def test_units_start_in_their_order_once_all_else_is_there() -> None:
    commands = config(WORKER)["runcmd"]
    assert commands[0] == "set -e"
    assert commands[2] == ["/usr/local/lib/foxden/fetch", "/etc/foxden/binaries"]
    assert commands[-1][3:] == ["foxden-configure.service", "consul.service", "nomad.service", "foxden-node.service"]


@pytest.mark.parametrize("name", NODES)
def test_a_shipper_of_logs_is_installed_configured_and_started_before_the_agents(name: str) -> None:
    file = {"/etc/shipper.conf": "[Upload]\nURL=https://logs.example\n"}
    more = replace(nodes.software(), packages=("shipper",), files=file, units=("shipper.service",))
    told = yaml.safe_load(decoded(nodes.boot(NODES[name], more, BUCKET)))
    assert "shipper" in told["packages"]
    written = {each["path"]: each["content"] for each in told["write_files"]}
    assert file.items() <= written.items()
    commands = told["runcmd"]
    started = commands.index(["systemctl", "restart", "--no-block", "shipper.service"])
    assert commands[started - 1] == ["systemctl", "enable", "shipper.service"]
    assert started < next(place for place, each in enumerate(commands) if "consul.service" in each)
    without = yaml.safe_load(decoded(nodes.boot(NODES[name], nodes.software(), BUCKET)))["runcmd"]
    assert [each for each in commands if each not in without] == commands[started - 1 : started + 1]


def test_programs_come_from_a_mirror_if_there_is_one() -> None:
    software = nodes.software(mirror="http://mirror.example/", apt_mirror="http://apt.example")
    text = decoded(nodes.boot(WORKER, software, BUCKET))
    assert "http://mirror.example/consul_1.21.0_linux_amd64.zip" in text
    assert 'uri: "http://apt.example"' in text
    assert "hashicorp.com" not in text
    assert "github.com" not in text


def test_only_workers_have_what_runs_services() -> None:
    assert {"docker.io", "amazon-ecr-credential-helper"} <= set(config(WORKER)["packages"])
    assert not {"docker.io", "amazon-ecr-credential-helper"} & set(config(SERVER)["packages"])
    assert "caddy" in files(WORKER)["/etc/foxden/binaries"]
    assert "caddy" not in files(SERVER)["/etc/foxden/binaries"]
