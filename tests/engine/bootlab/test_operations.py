"""What the runbook says, done on the cluster of the servers' tests: snapshots are restored, keys are rotated."""

import json
from collections.abc import Mapping

import pytest
import requests
from cryptography import x509

from tests.engine.bootlab.access import TlsConsul, TlsNomad, counted_nomads
from tests.engine.bootlab.balancer import balancer
from tests.engine.bootlab.services import Deployment
from tests.engine.bootlab.world import NEW_NODE, SERVERS, WORKERS, World
from tests.engine.harness.load import steady_requests
from tests.engine.harness.waiting import until

NOTE = "/v1/kv/foxden/note"
NOMAD_MANAGEMENT = "servers/nomad-management-token"


def test_a_cluster_that_lost_all_its_servers_is_what_it_was_once_snapshots_are_restored(
    world: World, services: Deployment
) -> None:
    lost = world.servers()
    world.access.consul(lost[0]).ask("PUT", NOTE, "before")
    kept = lost[0].host.run("foxden-node", "snapshot").split()
    world.access.consul(lost[0]).ask("PUT", NOTE, "after")
    for server in lost:
        server.host.cut()
    for server in lost:  # as EC2's own check says of a machine that is off
        world.lab.cloud.autoscaling.set_instance_health(InstanceId=server.id, HealthStatus="Unhealthy")
    until(lambda: not any(server.live for server in lost), "their group lets them go", 60)
    new = world.servers()[0]
    until(world.access.whole, "new servers vote in both rafts", NEW_NODE)
    assert world.access.consul(new).peek(NOTE) is None
    assert world.access.nomad(new).get("/v1/nodes") == []
    for worker in world.workers():
        services.answers(worker.facts.address, "services run on without servers")
    for name, key in zip(("consul", "nomad"), kept, strict=True):
        new.host.run("foxden-node", "restore", name, key, within=120)
    world.well()
    assert world.access.consul(new).get(f"{NOTE}?raw") == "before"
    with balancer(world.in_pool, services.port) as targets:
        until(lambda: len(targets.well()) == WORKERS, "the ingress answers on every worker", NEW_NODE)
        answer = services.answers("127.0.0.1", "the services answer", NEW_NODE)
    # The variable that the secret is in can be decrypted: the key to it is in the snapshot, too.
    assert answer["needs"]["meeting-router"]["needs"]["pods"]["secrets"] == {"API_KEY": True}
    services.up()
    assert services.project.preview() == {}


def test_all_keys_are_rotated_while_services_answer(world: World, services: Deployment) -> None:
    access, cluster = world.access, world.cluster
    old, old_authority = cluster.secrets(), cluster.parameter("shared/ca")
    with balancer(world.in_pool, services.port) as targets:
        until(lambda: len(targets.well()) == WORKERS, "the ingress answers on every worker", NEW_NODE)
        with steady_requests(services.url, per_second=5) as stream:
            _rotate(world, "gossip")
            with counted_nomads(access) as nomads:
                _rotate(world, "tokens")
                until(lambda: _has_new_tokens(world), "all servers have new tokens", NEW_NODE, every=1)
            assert min(nomads.counts) >= SERVERS - 1, "two were started again at the same time"
            for step, trusted in enumerate((2, 2, 1), 1):
                said = until(lambda: _next(world), f"the authority's step {step} may be done", NEW_NODE, every=5)
                assert f"Step {step} of 3" in said
                assert cluster.parameter("shared/ca").count("BEGIN CERTIFICATE") == trusted
                until(lambda: _all_follow(world), f"all follow the authority's step {step}", NEW_NODE, every=1)
                access.renew()
            world.well()
            until(lambda: _refused(world, old), "old tokens are refused", NEW_NODE, every=1)
    stream.none_failed(at_least=100)
    new = cluster.secrets()
    assert set(new) == set(old)
    assert [name for name in old if new[name] == old[name]] == []
    server = world.servers()[0]
    # All members are asked, and one that is busy may not answer in time.
    rings = until(lambda: access.consul(server).get("/v1/operator/keyring"), "Consul's keys are told", 60, every=1)
    assert {key for ring in rings for key in ring["Keys"]} == {new["shared/consul-gossip"]}
    nomad = access.nomad(server, NOMAD_MANAGEMENT)
    ring = until(lambda: nomad.get("/v1/agent/keyring/list"), "Nomad's keys are told", 60, every=1)
    assert set(ring["Keys"]) == {new["servers/nomad-gossip"]}
    before = cluster.lab.directory / "old-ca.pem"
    before.write_text(old_authority)
    with pytest.raises(requests.exceptions.SSLError):
        TlsConsul(server.facts.address, "", before).get("/v1/status/leader")
    services.up()
    assert services.project.preview() == {}


def _rotate(world: World, what: str) -> str:
    return world.servers()[0].host.run("foxden-node", "rotate", what)


def _next(world: World) -> str:
    """What the next step of the authority says, once it may be done."""
    said = world.servers()[0].host.tried("foxden-node", "rotate", "authority")
    assert "Too early" not in said.stderr, said.stderr
    assert said.returncode == 0, said.stderr
    return said.stdout


def _all_follow(world: World) -> bool:
    """Whether every node trusts what it is to trust, and has a certificate of the authority that signs now."""
    trusted = world.cluster.parameter("shared/ca")
    signer = json.loads(world.cluster.parameter("servers/ca-key"))["certificate"]
    issuer = x509.load_pem_x509_certificate(signer.encode()).subject
    for member in world.servers() + world.workers():
        assert member.host.run("cat", "/etc/foxden/ca.pem") == trusted, f"{member.id} trusts others"
        own = member.host.run("cat", "/etc/consul.d/tls/cert.pem")
        assert x509.load_pem_x509_certificate(own.encode()).issuer == issuer, f"{member.id} has an old certificate"
    return True


def _has_new_tokens(world: World) -> bool:
    """Whether every server's Nomad was started again with the new token."""
    token = world.cluster.parameter("servers/consul-token")
    for server in world.servers():
        assert token in server.host.run("cat", "/etc/nomad.d/nomad.json"), f"{server.id} has an old token"
        assert server.host.run("ls", "/var/lib/foxden/pending") == "", f"{server.id} has something to do yet"
    return True


def _refused(world: World, old: Mapping[str, str]) -> bool:
    """Whether no token of before is good for anything."""
    server = world.servers()[0]
    for name, token in old.items():
        if name.endswith("token"):
            kind = TlsConsul if "consul" in name else TlsNomad
            try:
                said = kind(server.facts.address, token, world.access.ca).ask("GET", "/v1/acl/token/self")
            except requests.RequestException as error:
                raise AssertionError(f"{name}: {error!r}") from error
            assert said.status_code == 403, f"{name}: {said.status_code}"
    return True
