"""A service of another project, which reads the cluster's credentials where they are kept, by its own identity."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.plugins.consul.provider import PACKAGE as CONSUL
from local.plugins.nomad.provider import PACKAGE as NOMAD
from tests.engine.aws.projects import Project
from tests.engine.plugins.projects import launcher
from tests.engine.plugins.servers import running

KEPT = "/foxden/dev/operators"


def test_a_connection_that_refers_is_enough(
    new: Callable[[str], Project], clients: Callable[[str], Any], tmp_path: Path
) -> None:
    directory = tmp_path / "servers"
    directory.mkdir()
    with running(directory) as servers:
        tokens = {"nomad-token": servers.nomad_token, "consul-token": servers.consul_token}
        for name, token in tokens.items():
            clients("ssm").put_parameter(Name=f"{KEPT}/{name}", Value=token, Type="SecureString")
        project = new("service")
        for package in (NOMAD, CONSUL):
            launcher(Path(project.env["PULUMI_HOME"]), "resource", package.name, package.version, package.name)
        connection = {
            "domain": "dev.foxden.example",
            "address": servers.nomad_address,
            "token_reference": f"aws-ssm:{KEPT}/nomad-token",
            "discovery_address": servers.consul_address,
            "discovery_token_reference": f"aws-ssm:{KEPT}/consul-token",
            "options": {"command_driver": "raw_exec"},
        }
        project.choose(connection=json.dumps(connection), version="1")
        project.up()
        assert servers.nomad.peek("/v1/job/reports")["Status"] == "running"
        assert project.pulumi("stack", "output", "url").strip() == "https://reports.dev.foxden.example/"
        assert project.preview() == {}
        for token in tokens.values():
            assert token not in project.state_text
        project.destroy()
        assert servers.nomad.peek("/v1/job/reports") is None
