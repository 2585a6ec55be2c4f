"""Secrets in the Parameter Store: of many who make one, a single one wins."""

import threading
from collections.abc import Iterator
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from moto import mock_aws

from foxden.boot.files.node import credentials, kept
from foxden.boot.files.node.certificates import is_good, pair
from foxden.boot.files.node.credentials import of_server, of_worker
from foxden.boot.files.node.kept import pool_secret
from foxden.boot.files.node.parameters import Parameters
from tests.unit.boot.fakes import facts, worker
from tests.unit.boot.samples import NODES, files


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    with mock_aws():
        yield boto3.client("ssm", region_name="eu-west-1")


@pytest.fixture
def parameters(ssm: Any) -> Parameters:
    return Parameters(ssm, "/foxden/dev", "alias/foxden-dev")


def test_what_is_not_there_is_none(parameters: Parameters) -> None:
    assert parameters.read("shared/ca") is None
    parameters.forget("shared/ca")


def test_the_first_value_stays(ssm: Any, parameters: Parameters) -> None:
    assert parameters.once("servers/token", lambda: "first") == "first"
    assert parameters.once("servers/token", lambda: "second") == "first"
    kept = ssm.describe_parameters()["Parameters"]
    assert [(each["Name"], each["Type"], each["KeyId"]) for each in kept] == [
        ("/foxden/dev/servers/token", "SecureString", "alias/foxden-dev")
    ]


def test_who_comes_second_takes_what_the_winner_made(ssm: Any, parameters: Parameters) -> None:
    def make() -> str:
        ssm.put_parameter(Name="/foxden/dev/servers/token", Value="winner", Type="SecureString")
        return "loser"

    assert parameters.once("servers/token", make) == "winner"


def test_many_at_the_same_time_have_the_same(parameters: Parameters) -> None:
    class OneAtATime:
        """The store itself decides who was first; this one is not made for several threads."""

        exceptions = parameters._ssm.exceptions
        guard = threading.Lock()

        def get_parameter(self, **given: Any) -> Any:
            with self.guard:
                return parameters._ssm.get_parameter(**given)

        def put_parameter(self, **given: Any) -> Any:
            with self.guard:
                return parameters._ssm.put_parameter(**given)

    found: list[str] = []
    shared = Parameters(OneAtATime(), "/foxden/dev", "key")
    start = threading.Barrier(8)

    def node(number: int) -> None:
        start.wait()
        found.append(shared.once("servers/token", lambda: f"of {number}"))

    threads = [threading.Thread(target=node, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1


def test_a_value_can_be_replaced_and_taken_away(ssm: Any, parameters: Parameters) -> None:
    parameters.replace("shared/ca", "one", public=True)
    parameters.replace("shared/ca", "two", public=True)
    parameters.replace("shared/ca", "two", public=True)
    found = ssm.get_parameter(Name="/foxden/dev/shared/ca")["Parameter"]
    assert (found["Value"], found["Type"], found["Version"]) == ("two", "String", 2)
    parameters.forget("shared/ca")
    assert parameters.read("shared/ca") is None


def test_all_servers_have_the_same_secrets_and_certificates_of_their_own(parameters: Parameters) -> None:
    first = of_server(facts(), parameters, None)
    second = of_server(facts(instance="i-2", address="10.0.0.2"), parameters, None)
    for name in ("authority", "consul_gossip", "nomad_gossip", "consul_token", "consul_management", "nomad_management"):
        assert getattr(first, name) == getattr(second, name) != ""
    assert first.certificate.key != second.certificate.key
    assert first.consul_management != first.nomad_management != first.consul_token
    assert of_server(facts(), parameters, first.certificate) == first


def test_another_authority_means_another_certificate(parameters: Parameters) -> None:
    before = of_server(facts(), parameters, None)
    parameters.forget(kept.AUTHORITY)
    after = of_server(facts(), parameters, before.certificate)
    authority = pair(parameters.read(kept.AUTHORITY) or "")
    assert after.certificate != before.certificate
    assert is_good(authority.certificate, after.certificate)


def test_a_worker_waits_for_what_servers_make_and_asks_for_nothing_else(parameters: Parameters) -> None:
    server = of_server(facts(), parameters, None)
    assert of_worker(worker(), parameters) is None
    parameters.once(pool_secret("general", "consul-token"), credentials.token)
    parameters.once(pool_secret("general", "certificate"), server.certificate.text)
    found = of_worker(worker(), parameters)
    assert found is not None
    assert (found.authority, found.consul_gossip) == (server.authority, server.consul_gossip)
    assert (found.consul_management, found.nomad_management, found.nomad_gossip) == ("", "", "")
    assert of_worker(worker(pool="other"), parameters) is None


def test_pools_are_what_is_listed(parameters: Parameters) -> None:
    assert kept.pools(parameters) == []
    parameters.replace(kept.POOLS, '["batch", "general"]', public=True)
    assert kept.pools(parameters) == ["batch", "general"]


def test_no_secret_is_in_user_data(ssm: Any, parameters: Parameters) -> None:
    found = of_server(facts(), parameters, None)
    secrets = [each["Value"] for each in _all(ssm) if each["Type"] == "SecureString"]
    assert len(secrets) >= 6
    for node in NODES.values():
        text = "".join(files(node).values())
        assert not [secret for secret in [*secrets, found.certificate.key] if secret in text]
        assert "PRIVATE KEY" not in text


def _all(ssm: Any) -> Any:
    return ssm.get_parameters_by_path(Path="/foxden/dev", Recursive=True, WithDecryption=True)["Parameters"]
