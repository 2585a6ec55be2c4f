"""What nodes boot with, as a whole."""

import pytest

from foxden.boot.bare import bare
from foxden.boot.files import shipped, shipped_below
from foxden.schedulers.nomad import nodes
from tests.unit.boot.samples import GOLDEN, NODES, PROGRAM, SERVER, WORKER, config, decoded, files, outline


@pytest.mark.parametrize("name", NODES)
def test_the_user_data_is_as_it_was(name: str) -> None:
    assert outline(nodes.parts(NODES[name], nodes.software())) == (GOLDEN / f"{name}.yaml").read_text()


@pytest.mark.parametrize("name", NODES)
def test_a_node_has_the_program_that_is_here(name: str) -> None:
    there = {path.removeprefix(PROGRAM): text for path, text in files(NODES[name]).items() if path.startswith(PROGRAM)}
    assert there == {module: bare(shipped(f"node/{module}")) for module in there}
    assert {"__main__.py", "agent.py"} <= set(there)


def test_every_module_is_on_one_node_or_another() -> None:
    there = {*files(SERVER), *files(WORKER)}
    assert {f"{PROGRAM}{name.removeprefix('node/')}" for name in shipped_below("node", ".py")} <= there


def test_units_start_in_their_order_once_all_else_is_there() -> None:
    commands = config(WORKER)["runcmd"]
    assert commands[0] == "set -e"
    assert commands[1] == ["/usr/local/lib/foxden/fetch", "/etc/foxden/binaries"]
    assert commands[-1][3:] == ["foxden-configure.service", "consul.service", "nomad.service", "foxden-node.service"]


def test_programs_come_from_a_mirror_if_there_is_one() -> None:
    text = decoded(nodes.boot(WORKER, nodes.software(mirror="http://mirror.example/", apt_mirror="http://apt.example")))
    assert "http://mirror.example/consul_1.21.0_linux_amd64.zip" in text
    assert 'uri: "http://apt.example"' in text
    assert "hashicorp.com" not in text
    assert "github.com" not in text


def test_only_workers_have_what_runs_services() -> None:
    assert {"docker.io", "amazon-ecr-credential-helper"} <= set(config(WORKER)["packages"])
    assert not {"docker.io", "amazon-ecr-credential-helper"} & set(config(SERVER)["packages"])
    assert "caddy" in files(WORKER)["/etc/foxden/binaries"]
    assert "caddy" not in files(SERVER)["/etc/foxden/binaries"]
