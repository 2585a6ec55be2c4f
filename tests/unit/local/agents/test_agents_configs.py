"""What the agents are told."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from local.agents import configure, consul, nomad, runtime
from local.agents.plan import Plan, new_plan
from local.agents.shape import ClusterShape, Kind
from local.agents.supervise import Program, supervisor_config

DATA = Path("/data")
CHROOT = {"/tree": "."}


def consul_configs(plan: Plan) -> list[dict[str, Any]]:
    return [consul.agent_config(plan, node, ports, DATA / node.name) for node, ports in plan.nodes()]


def nomad_configs(plan: Plan) -> list[dict[str, Any]]:
    servers = [nomad.server_config(plan, node, ports, DATA / node.name) for node, ports in plan.nodes() if node.server]
    clients = [
        nomad.client_config(plan, node, ports, DATA / node.name, CHROOT) for node, ports in plan.nodes() if node.client
    ]
    return [*servers, *clients]


def addresses(value: object) -> list[str]:
    """Everything in a configuration that looks like an IPv4 address."""
    return re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", json.dumps(value))


@pytest.fixture(params=[1, 3], ids=lambda servers: f"{servers} servers")
def plan(request: pytest.FixtureRequest) -> Plan:
    return new_plan(ClusterShape(request.param), set_number=2)


def test_all_agents_stay_on_loopback(plan: Plan) -> None:
    for config in [*consul_configs(plan), *nomad_configs(plan)]:
        assert config["bind_addr"] == "127.0.0.1"
        assert set(addresses(config)) == {"127.0.0.1"}
    for config in consul_configs(plan):
        assert config["client_addr"] == "127.0.0.1"


def test_consul_denies_by_default_and_only_servers_bring_the_management_token(plan: Plan) -> None:
    for (node, _), config in zip(plan.nodes(), consul_configs(plan), strict=True):
        assert config["acl"]["enabled"] is True
        assert config["acl"]["default_policy"] == "deny"
        assert ("initial_management" in config["acl"]["tokens"]) == node.server


def test_anyone_may_read_services_nodes_and_foxden_only() -> None:
    rules = dict(re.findall(r'(\w+ "[^"]*") \{ policy = "(\w+)" \}', consul._ANONYMOUS_RULES))
    assert rules == {'node_prefix ""': "read", 'service_prefix ""': "read", 'key_prefix "foxden/"': "read"}


def test_every_agent_knows_all_servers(plan: Plan) -> None:
    serf = {f"127.0.0.1:{ports.consul_serf}" for node, ports in plan.nodes() if node.server}
    rpc = {f"127.0.0.1:{ports.nomad_rpc}" for node, ports in plan.nodes() if node.server}
    for config in consul_configs(plan):
        assert set(config["retry_join"]) == serf
        if config["server"]:
            assert config["bootstrap_expect"] == plan.shape.servers
    for config in nomad_configs(plan):
        if "client" in config:
            assert set(config["client"]["servers"]) == rpc
        else:
            assert config["server"]["bootstrap_expect"] == plan.shape.servers


def test_gossip_is_encrypted_with_a_key_of_the_clusters_own(plan: Plan) -> None:
    keys = {config["encrypt"] for config in consul_configs(plan)}
    keys |= {config["server"]["encrypt"] for config in nomad_configs(plan) if "server" in config}
    assert keys == {plan.consul_gossip, plan.nomad_gossip}
    assert plan.consul_gossip != new_plan(plan.shape, 0).consul_gossip


def test_nomad_has_acls_and_uses_its_nodes_consul(plan: Plan) -> None:
    http = {ports.consul_http for _, ports in plan.nodes()}
    for config in nomad_configs(plan):
        assert config["acl"] == {"enabled": True}
        assert int(config["consul"]["address"].partition(":")[2]) in http


def test_clients_run_commands_and_leave_the_docker_engine_as_it_is(plan: Plan) -> None:
    for config in nomad_configs(plan):
        if "client" not in config:
            continue
        plugins = {name: block[0]["config"][0] for plugin in config["plugin"] for name, block in plugin.items()}
        assert plugins["raw_exec"]["enabled"] is True
        assert plugins["docker"]["volumes"] == [{"enabled": False}]
        assert plugins["docker"]["gc"] == [{"image": False, "dangling_containers": [{"enabled": False}]}]
        assert config["client"]["chroot_env"] == CHROOT
        denied = config["client"]["options"]["fingerprint.denylist"].split(",")
        assert {"env_aws", "env_gce", "env_azure", "env_digitalocean"} <= set(denied)


def test_templates_are_quick_and_outlive_consul(plan: Plan) -> None:
    client = nomad_configs(plan)[-1]["client"]
    assert client["template"]["wait"]["min"] == "200ms"
    assert client["template"]["consul_retry"]["attempts"] == client["template"]["nomad_retry"]["attempts"] == 0


def test_time_to_end_and_memory_are_as_services_say(plan: Plan) -> None:
    configs = nomad_configs(plan)
    assert configs[-1]["client"]["max_kill_timeout"] == "1h"
    (scheduling,) = configs[0]["server"]["default_scheduler_config"]
    assert scheduling["memory_oversubscription_enabled"] is True
    assert scheduling["preemption_config"] == [{"system_scheduler_enabled": True}]


def test_without_a_chroot_nomad_keeps_its_default(plan: Plan) -> None:
    node, ports = plan.nodes()[-1]
    assert "chroot_env" not in nomad.client_config(plan, node, ports, DATA, {})["client"]


def test_a_plan_does_not_show_its_secrets(plan: Plan) -> None:
    shown = repr(plan)
    for secret in (plan.consul_token, plan.nomad_token, plan.consul_gossip, plan.nomad_gossip):
        assert secret not in shown


def test_files_with_tokens_are_private_and_commands_have_none(
    plan: Plan, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "closure", lambda python, programs: {"/etc/hosts": "/etc/hosts"})
    programs = {name: Path("/bin/sh") for name in ("consul", "nomad", "caddy")}
    configure.write_configs(plan, programs)
    plan.save()
    secrets = (plan.consul_token, plan.nomad_token, plan.consul_gossip, plan.nomad_gossip)
    holding = [
        file
        for file in state.rglob("*")
        if file.is_file() and file.suffix in (".json", ".conf") and any(s in file.read_text() for s in secrets)
    ]
    assert len(holding) >= len(plan.shape.programs(Kind.CONSUL))
    for file in holding:
        assert file.stat().st_mode & 0o777 == 0o600, file
    assert not any(secret in configure.supervisor_file().read_text() for secret in secrets)


def test_agents_get_nothing_of_the_callers_environment_but_what_is_listed(
    plan: Plan, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_CA_BUNDLE", "AWS_SECRET_ACCESS_KEY", "CONSUL_HTTP_TOKEN", "NOMAD_TOKEN", "PULUMI_ACCESS_TOKEN"):
        monkeypatch.setenv(name, "leaked")
    monkeypatch.setenv("HOME", "/home/me")
    environment = configure.agents_environment(plan.set_number)
    assert "leaked" not in environment.values()
    assert environment["HOME"] == "/home/me"
    assert environment["FOXDEN_CLUSTER"] == str(state)
    assert environment["FOXDEN_PORT_SET"] == "2"


def test_the_supervisor_restarts_agents_and_rotates_their_logs(tmp_path: Path) -> None:
    text = supervisor_config([Program("a-consul", ["/bin/con sul", "agent"])], "/s.sock", tmp_path)
    assert "command = '/bin/con sul' agent" in text
    assert "autorestart = true" in text
    assert "stdout_logfile_maxbytes = 10MB" in text


def test_a_percent_sign_in_a_path_is_no_substitution(tmp_path: Path) -> None:
    text = supervisor_config([Program("a", ["/50%(x)s/agent"])], "/s.sock", tmp_path)
    assert "/50%%(x)s/agent" in text
