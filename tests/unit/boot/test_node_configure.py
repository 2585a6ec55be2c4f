"""What the agents of a node are configured with."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from foxden.boot.files.node import configure, consul, nomad
from foxden.boot.files.node.certificates import Pair, is_good, new_authority
from foxden.boot.files.node.credentials import Credentials
from foxden.schedulers.nomad import nodes
from foxden.schedulers.nomad.options import CommandDriver, read_options
from tests.unit.boot.fakes import FakeParameters, facts, worker
from tests.unit.boot.samples import WORKER as SAMPLE

SECRETS = ("GOSSIP-1", "TOKEN", "GOSSIP-2", "MANAGE-1", "MANAGE-2", "PRIVATE")
SERVERS = Credentials("CA", Pair("CERT", "PRIVATE"), "GOSSIP-1", "TOKEN", "GOSSIP-2", "MANAGE-1", "MANAGE-2")
WORKERS = Credentials("CA", Pair("CERT", "PRIVATE"), "GOSSIP-1", "TOKEN")


@pytest.fixture(autouse=True)
def same_owner(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    given: list[tuple[str, str]] = []
    monkeypatch.setattr("shutil.chown", lambda path, user, _: given.append((Path(path).name, user)))
    return given


def read(root: Path, path: str) -> Any:
    return json.loads((root / path).read_text())


@pytest.mark.parametrize(("node", "credentials"), [(facts(), SERVERS), (worker(), WORKERS)])
def test_secrets_are_in_files_that_only_their_owner_reads(tmp_path: Path, node: Any, credentials: Any) -> None:
    configure.configure(node, credentials, tmp_path)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    holding = [file for file in files if any(secret in file.read_text() for secret in SECRETS)]
    assert {oct(file.stat().st_mode & 0o777) for file in holding} == {"0o600"}
    of_servers = {"etc/nomad.d/gossip.json"} if node.is_server else set()
    assert {str(file.relative_to(tmp_path)) for file in holding} == of_servers | {
        "etc/consul.d/consul.json",
        "etc/consul.d/tls/key.pem",
        "etc/nomad.d/nomad.json",
        "etc/nomad.d/tls/key.pem",
    }
    assert (tmp_path / "etc/foxden/ca.pem").stat().st_mode & 0o777 == 0o644


def test_only_what_changed_is_written_and_told(tmp_path: Path) -> None:
    everything = ["consul", "consul:certificate", "nomad", "nomad:certificate"]
    assert configure.configure(facts(), SERVERS, tmp_path) == everything
    assert configure.configure(facts(), SERVERS, tmp_path) == []
    renewed = Credentials(**{**vars(SERVERS), "certificate": Pair("NEW", "OTHER")})
    assert configure.configure(facts(), renewed, tmp_path) == ["consul:certificate", "nomad:certificate"]
    assert configure.own_certificate(tmp_path) == Pair("NEW", "OTHER")


def test_a_new_gossip_key_starts_no_agent_again(tmp_path: Path) -> None:
    configure.configure(facts(), SERVERS, tmp_path)
    rotated = Credentials(**{**vars(SERVERS), "nomad_gossip": "ROTATED"})
    assert configure.configure(facts(), rotated, tmp_path) == []
    assert read(tmp_path, "etc/nomad.d/gossip.json") == {"server": {"encrypt": "ROTATED"}}


def test_a_node_without_a_certificate_has_none(tmp_path: Path) -> None:
    assert configure.own_certificate(tmp_path) is None


def test_servers_decide_together_and_talk_over_tls_only(tmp_path: Path) -> None:
    configure.configure(facts(), SERVERS, tmp_path)
    own = read(tmp_path, "etc/consul.d/consul.json")
    assert own["server"] and own["bootstrap_expect"] == 3
    assert own["acl"]["default_policy"] == "deny"
    assert own["acl"]["tokens"] == {"agent": "TOKEN", "initial_management": "MANAGE-1"}
    assert own["tls"]["internal_rpc"] == {"verify_incoming": True, "verify_server_hostname": True}
    assert own["tls"]["defaults"]["verify_outgoing"]
    assert own["client_addr"] == "127.0.0.1"
    theirs = read(tmp_path, "etc/nomad.d/nomad.json")
    assert theirs["server"]["bootstrap_expect"] == 3 and theirs["acl"]["enabled"]
    assert theirs["tls"] | {"http": True, "rpc": True, "verify_server_hostname": True} == theirs["tls"]
    assert theirs["leave_on_interrupt"] and not theirs["leave_on_terminate"]
    assert "MANAGE-2" not in (tmp_path / "etc/nomad.d/nomad.json").read_text()


def test_nodes_have_names_that_live_as_long_as_they_do(tmp_path: Path) -> None:
    configure.configure(worker(), WORKERS, tmp_path)
    for agent, key in (("consul", "node_name"), ("nomad", "name")):
        assert read(tmp_path, f"etc/{agent}.d/{agent}.json")[key] == "general-i-1"


@pytest.mark.parametrize(("dedicated", "pool"), [(False, "default"), (True, "general")])
def test_a_dedicated_pool_is_a_pool_of_its_own(tmp_path: Path, dedicated: bool, pool: str) -> None:
    node = worker(dedicated=dedicated, node_class="large", meta={"team": "meetings"})
    configure.configure(node, WORKERS, tmp_path)
    client = read(tmp_path, "etc/nomad.d/nomad.json")["client"]
    assert (client["node_pool"], client["node_class"]) == (pool, "large")
    assert client["meta"] == {"pool": "general", "team": "meetings"}


@pytest.mark.parametrize(("node", "credentials"), [(facts(), SERVERS), (worker(), WORKERS)])
def test_whoever_registers_a_check_reads_no_token_of_the_metadata_service(
    tmp_path: Path, node: Any, credentials: Any
) -> None:
    configure.configure(node, credentials, tmp_path)
    assert read(tmp_path, "etc/consul.d/consul.json")["check_output_max_size"] == 32  # a token has 56


def test_templates_wait_for_consul_without_end(tmp_path: Path) -> None:
    configure.configure(worker(), WORKERS, tmp_path)
    template = read(tmp_path, "etc/nomad.d/nomad.json")["client"]["template"]
    assert template["consul_retry"]["attempts"] == template["nomad_retry"]["attempts"] == 0
    assert template["wait"] == {"min": "200ms", "max": "1s"}


def test_nothing_is_killed_before_its_own_time(tmp_path: Path) -> None:
    """Nomad's own bound is 30 s, whatever a job says."""
    configure.configure(worker(), WORKERS, tmp_path)
    assert read(tmp_path, "etc/nomad.d/nomad.json")["client"]["max_kill_timeout"] == "1h"


def test_services_may_take_memory_up_to_their_limit(tmp_path: Path) -> None:
    configure.configure(facts(), SERVERS, tmp_path)
    (scheduling,) = read(tmp_path, "etc/nomad.d/nomad.json")["server"]["default_scheduler_config"]
    assert scheduling["memory_oversubscription_enabled"] is True
    # Whoever says anything says all of it: the ingress comes before services only where that is said, too.
    assert scheduling["preemption_config"] == [{"system_scheduler_enabled": True}]


def test_commands_see_nothing_secret_of_the_node() -> None:
    seen = configure.chroot()
    for secret in ("/etc/consul.d", "/etc/nomad.d", "/etc/foxden/docker", "/var/lib/consul", "/var/lib/nomad", "/root"):
        assert not [path for path in seen if f"{secret}/".startswith(f"{path}/") or path.startswith(secret)]


def test_images_are_pulled_with_the_identity_of_the_node_or_a_credential() -> None:
    kept = FakeParameters(
        **{
            "shared/registries/registry.example_5000": '{"username": "me", "password": "pass"}',
            "shared/registries/docker.io": '{"username": "us", "password": "word"}',
        }
    )
    node = worker(registries=("1.dkr.ecr.amazonaws.com",), registry_credentials=("registry.example:5000", "docker.io"))
    assert configure.docker_config(node, kept) == {
        "credHelpers": {"1.dkr.ecr.amazonaws.com": "ecr-login"},
        "auths": {
            "registry.example:5000": {"auth": base64.b64encode(b"me:pass").decode()},
            "https://index.docker.io/v1/": {"auth": base64.b64encode(b"us:word").decode()},
        },
    }


def test_who_deploys_knows_what_nodes_count() -> None:
    options, problems = read_options(nodes.connection_options("dev"))
    assert problems == []
    assert options.core_mhz == nomad.CORE_MHZ
    assert options.command_driver == CommandDriver.EXEC
    assert options.datacenters == ("dev",)


def test_who_talks_to_whom_has_the_ports_of_services() -> None:
    assert nomad.DYNAMIC_PORTS in [flow.ports for flow in nodes.flows()]


def test_a_node_may_speak_for_itself_only() -> None:
    rules = consul.node_rules("general")
    assert 'node_prefix "general-i-" { policy = "write" }' in rules
    assert 'node_prefix "" { policy = "read" }' in rules
    assert "acl" not in rules and "operator" not in rules


def test_what_a_machine_that_lost_its_power_has_left_is_written_again(tmp_path: Path) -> None:
    configure.configure(facts(), SERVERS, tmp_path)
    for name in ("cert.pem", "key.pem", "ca.pem"):
        (tmp_path / "etc/consul.d/tls" / name).write_bytes(b"\xff\x00\xfe")
    kept = configure.own_certificate(tmp_path)
    assert kept and not is_good(new_authority("dev").certificate, kept)
    assert configure.configure(facts(), SERVERS, tmp_path) == ["consul:certificate"]
    assert configure.own_certificate(tmp_path) == Pair("CERT", "PRIVATE")


def test_no_ingress_can_have_a_port_that_nomad_keeps(tmp_path: Path) -> None:
    configure.configure(worker(), WORKERS, tmp_path)
    kept = read(tmp_path, "etc/nomad.d/nomad.json")["client"]["reserved"]["reserved_ports"]
    for part in kept.split(","):
        first, _, last = part.partition("-")
        for port in range(int(first), int(last or first) + 1):
            assert len(list(nodes.node_problems(replace(SAMPLE, ingress_port=port)))) == 1


def test_who_deploys_may_make_tokens_of_consul_and_nobody_else_may() -> None:
    """A service that is bound to Consul gets a policy and a token of its own."""
    assert 'acl = "write"' in consul.OPERATOR_RULES
    assert "acl =" not in consul.ANONYMOUS_RULES + consul.node_rules("general")
