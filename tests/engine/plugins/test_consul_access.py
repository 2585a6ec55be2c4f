"""A service's own token for Consul, made by the library through the real engine, and tried on the real server."""

import json
from typing import Any

from tests.engine.harness.apis import Consul
from tests.engine.plugins.projects import Project
from tests.engine.plugins.servers import Servers

PROGRAM = """
import json
import pathlib
import foxden
import pulumi

access = foxden.ConsulAccess("pods", json.loads(pathlib.Path("given.json").read_text()))
pulumi.export("token", access.token)
pulumi.export("endpoint", access.endpoint)
"""


def choose(project: Project, servers: Servers, **given: Any) -> None:
    """Write the program, and what it is given."""
    cluster = {
        "scheduler": "kubernetes",
        "environment": "demo",
        "domain": "demo.example.com",
        "address": "https://127.0.0.1:6443",
        "discovery_address": servers.consul_address,
        "discovery_token": servers.consul_token,
    }
    (project.directory / "__main__.py").write_text(PROGRAM)
    (project.directory / "given.json").write_text(json.dumps({"cluster": cluster, "service": "pods", **given}))


def test_a_service_may_do_what_it_said_and_nothing_else(project: Project, servers: Servers) -> None:
    servers.consul.put("/v1/kv/shared/a", "1")
    servers.consul.put("/v1/kv/hidden/a", "1")
    for name in ("rooms", "others"):
        servers.consul.put("/v1/agent/service/register", {"Name": name, "Port": 80})
    choose(project, servers, reads=["shared/"], writes=["pods/"], discovers=["rooms"], registers=["pods"])
    assert "token" in project.pulumi("preview")
    project.up()
    assert project.pulumi("stack", "output", "endpoint").strip() == f'{{"url":"{servers.consul_address}"}}'
    token = project.pulumi("stack", "output", "token", "--show-secrets").strip()
    assert token not in project.state_text
    own = Consul(servers.consul_address, token)

    assert own.ask("PUT", "/v1/kv/pods/a", "2").status_code == 200
    assert own.ask("GET", "/v1/kv/shared/a").status_code == 200
    assert own.ask("PUT", "/v1/kv/shared/a", "2").status_code == 403
    assert own.ask("GET", "/v1/kv/hidden/a").status_code in (403, 404)
    assert len(own.get("/v1/health/service/rooms")) == 1
    assert own.get("/v1/health/service/others") == []
    assert own.ask("PUT", "/v1/agent/service/register", {"Name": "pods", "Port": 80}).status_code == 200
    assert own.ask("PUT", "/v1/agent/service/register", {"Name": "rooms", "Port": 80}).status_code == 403
    assert own.ask("PUT", "/v1/acl/token", {"Description": "more"}).status_code == 403
    assert own.ask("PUT", "/v1/session/create", {}).status_code == 403
    project.pulumi("preview", "--expect-no-changes")

    choose(project, servers, writes=["shared/"], locks=True)
    assert project.preview() == {"foxden-access-pods--demo": ["update", "rules"]}
    project.up()
    assert project.pulumi("stack", "output", "token", "--show-secrets").strip() == token
    assert own.ask("PUT", "/v1/kv/shared/a", "2").status_code == 200
    assert own.ask("PUT", "/v1/kv/pods/a", "2").status_code == 403
    assert own.get("/v1/health/service/rooms") == []

    project.destroy()
    assert own.ask("GET", "/v1/kv/shared/a").status_code == 403
    left = servers.consul.get("/v1/acl/policies")
    assert [policy for policy in left if policy["Name"].startswith("foxden-access-")] == []
    for name in ("rooms", "others", "pods"):
        servers.consul.put(f"/v1/agent/service/deregister/{name}", None)
    servers.consul.delete("/v1/kv/", recurse="true")
