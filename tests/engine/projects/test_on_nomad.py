"""Projects on a Nomad and a Consul that somebody else runs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from foxden.version import VERSION
from local.shell import tool
from tests.engine.plugins.servers import Servers
from tests.engine.projects.copies import Copy
from tests.engine.projects.git_host import hosted

FAILED = 1
ADDRESS = "git.example.com/foxden/infrastructure.git/components"
FOLDER = """packages:
  # `pulumi package add git.example.com/foxden/infrastructure.git/components` writes that here.
  foxden: ../../../components
"""


@pytest.fixture
def shop(copied: Callable[[str], Copy], servers: Servers) -> Copy:
    """The project that has the cluster, up."""
    project = copied("existing_cluster")
    project.choose(
        address=servers.nomad_address,
        token=servers.nomad_token,
        discovery_address=servers.consul_address,
        discovery_token=servers.consul_token,
        card_key="hush-4711",
        options={"command_driver": "raw_exec", "caddy": tool("caddy")},
    )
    project.up()
    return project


def test_services_on_an_existing_cluster_and_more_from_other_stacks(
    shop: Copy, copied: Callable[[str], Copy], servers: Servers
) -> None:
    assert {"catalogue", "checkout"} <= set(servers.nomad.jobs("shop"))
    assert shop.outputs()["urls"] == {"catalogue": None, "checkout": "https://checkout.shop.example.com/"}
    assert "hush-4711" not in shop.state_text and servers.nomad_token not in shop.state_text
    assert shop.preview() == {}

    reports = copied("from_another_stack")
    reports.choose(cluster="organization/shop/dev")
    reports.up()
    assert reports.outputs() == {"url": "https://reports.shop.example.com/", "version": "1.0.0"}
    assert "reports" in servers.nomad.jobs("shop")
    assert servers.nomad_token not in reports.state_text
    reports.choose(version="1.0.1")
    reports.up()
    assert reports.outputs()["version"] == "1.0.1"
    assert reports.preview() == {}
    reports.destroy()
    assert set(servers.nomad.jobs("shop")) == {"catalogue", "checkout"}

    in_typescript = copied("in_typescript")
    in_typescript.done_without_stack("package", "add", "../../../components")
    in_typescript.choose(cluster="organization/shop/dev")
    in_typescript.up()
    assert in_typescript.outputs() == {"url": "https://reports.shop.example.com/", "version": "1.0.0"}
    assert "reports" in servers.nomad.jobs("shop") and servers.nomad_token not in in_typescript.state_text
    assert in_typescript.preview() == {}
    program = in_typescript.directory / "index.ts"
    text = program.read_text()
    program.write_text(text.replace("port: 8080", "prot: 8080"))
    assert "'prot' does not exist in type 'ServiceArgs'" in in_typescript.pulumi("preview", expect=FAILED)
    program.write_text(text.replace('path: "/"', 'path: "health"'))
    assert "service 'reports': health.path must begin with '/'" in in_typescript.pulumi("preview", expect=FAILED)
    in_typescript.destroy()
    shop.destroy()
    assert servers.nomad.jobs("shop") == {} and servers.consul.keys_below("foxden") == []


def test_a_program_in_yaml(copied: Callable[[str], Copy], servers: Servers) -> None:
    project = copied("in_yaml")
    project.choose(
        address=servers.nomad_address,
        nomadToken=servers.nomad_token,
        discoveryAddress=servers.consul_address,
        consulToken=servers.consul_token,
    )
    project.up()
    assert project.outputs() == {"url": "https://www.reports.example.com/", "version": "1.0.0"}
    assert servers.nomad.job("reports", "reports")["Status"] == "running"
    assert servers.nomad_token not in project.state_text and servers.consul_token not in project.state_text
    assert project.preview() == {}
    project.choose(version="1.0.1")
    project.up()
    assert servers.nomad.version("reports", "reports") == 1
    file = project.directory / "Pulumi.yaml"
    file.write_text(file.read_text().replace("path: /\n", "path: health\n      replicas: -1\n"))
    said = project.pulumi("preview", expect=FAILED)
    assert "service 'reports': health.path must begin with '/', got 'health'" in said
    assert "service 'reports': replicas must be from 0 to 1000, got -1" in said and "Traceback" not in said
    project.destroy()
    assert servers.nomad.jobs("reports") == {}


def test_the_components_come_from_a_repositorys_address(copied: Callable[[str], Copy], tmp_path: Path) -> None:
    project = copied("in_yaml")
    file = project.directory / "Pulumi.yaml"
    file.write_text(file.read_text().replace(FOLDER, ""))
    (tmp_path / "host").mkdir()
    release = {"components/foxden/version.py": (f'"{VERSION}"', '"97.1.0"')}
    with hosted(tmp_path / "host", "foxden/infrastructure.git", "v97.1.0", release) as variables:
        added = replace(project, env={**project.env, **variables})
        added.done_without_stack("package", "add", f"{ADDRESS}@v97.1.0")
    assert yaml.safe_load(file.read_text())["packages"] == {"foxden": f"{ADDRESS}@v97.1.0"}
    assert [sdk.name for sdk in project.directory.glob("sdks/*/*")] == ["foxden-97.1.0.yaml"]
    # Nothing is fetched any more: what the project uses is what the address gave.
    project.choose(address="http://127.0.0.1:9", nomadToken="", discoveryAddress="http://127.0.0.1:9", consulToken="")
    file.write_text(file.read_text().replace("path: /\n", "path: health\n"))
    assert "service 'reports': health.path must begin with '/', got 'health'" in project.pulumi(
        "preview", expect=FAILED
    )


def test_a_scheduler_of_the_projects_own(copied: Callable[[str], Copy], servers: Servers) -> None:
    project = copied("own_scheduler")
    project.choose(consul=servers.consul_address, token=servers.consul_token)
    project.up()
    assert project.outputs()["versions"] == {"board": "1.0.0", "sensors": "2.1.0"}
    assert servers.consul.keys_below("hosts/factory") == [
        "hosts/factory/.owner",
        "hosts/factory/board.service",
        "hosts/factory/sensors.service",
    ]
    unit = servers.consul.ask("GET", "/v1/kv/hosts/factory/board.service", raw="true").text
    assert 'Environment="SENSORS_URL=http://sensors.service.consul"' in unit
    assert "ExecStart=/opt/board/bin/serve --wide" in unit and "CPUQuota=50%" in unit
    assert project.preview() == {}
    project.choose(version="1.1.0")
    assert set(project.preview()) == {"board", "factory"} or set(project.preview()) == {"board"}
    project.up()
    assert project.outputs()["versions"]["board"] == "1.1.0"
    program = project.directory / "__main__.py"
    program.write_text(program.read_text().replace('"cpu_limit": 0.5', '"image": "board:1", "kind": "job"'))
    said = project.pulumi("preview", expect=FAILED)
    assert "is not possible with scheduler 'hosts'" in said
    project.destroy()
    assert servers.consul.keys_below("hosts") == []
