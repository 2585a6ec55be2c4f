"""Credentials that a connection refers to, in place of holding them."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

import foxden
from foxden.clouds.references import REFERENCES, reference_problem
from foxden.connection import shared_connection
from tests.mocks import UNKNOWN, Failed, Recorded, Secret, run, unknown_output

lib: Any = foxden

PARAMETER = "aws:ssm/getParameter:getParameter"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEPT = {
    "/foxden/dev/operators/nomad-token": "nomad-secret",
    "/foxden/dev/operators/consul-token": "consul-secret",
    "/foxden/dev/shared/ca": PEM,
}
REFERRING: dict[str, Any] = {
    "scheduler": "nomad",
    "environment": "dev",
    "domain": "dev.foxden.example",
    "address": "https://127.0.0.1:4646",
    "token_reference": "aws-ssm:/foxden/dev/operators/nomad-token",
    "discovery_address": "https://127.0.0.1:8501",
    "discovery_token_reference": "aws-ssm:/foxden/dev/operators/consul-token",
    "ca_reference": "aws-ssm:/foxden/dev/shared/ca",
}


def parameter(args: Mapping[str, Any]) -> dict[str, Any]:
    """What Parameter Store has."""
    assert args["withDecryption"] is True
    return {"name": args["name"], "value": KEPT[args["name"]]}


def service(connection: Any, preview: bool = False, **options: Any) -> Recorded:
    """A service on the cluster of that connection, from a stack that knows nothing else of it."""

    def program() -> None:
        given = connection() if callable(connection) else connection
        lib.Service("pods", {"image": "a:1", "port": 80, "cluster": given}, pulumi.ResourceOptions(**options))

    return run(program, preview=preview, functions={PARAMETER: parameter})


def providers(done: Recorded) -> dict[str, dict[str, Any]]:
    """What the providers are told, by package."""
    return {each.type.rpartition(":")[2]: each.inputs for each in done.providers}


def test_what_is_referred_to_is_read_and_credentials_are_secret() -> None:
    found = providers(service(REFERRING))
    assert found["nomad"]["secretId"] == Secret("nomad-secret")
    assert found["consul"]["token"] == Secret("consul-secret")
    assert found["nomad"]["caPem"] == found["consul"]["caPem"] == PEM


def test_a_shared_connection_may_refer() -> None:
    found = providers(service(lambda: shared_connection(pulumi.Output.secret(REFERRING), "nomad", "dev")))
    assert found["nomad"]["secretId"] == Secret("nomad-secret")
    assert found["nomad"]["caPem"] == PEM


def test_a_shared_connection_may_hold_its_credentials_itself() -> None:
    kept = {key: value for key, value in REFERRING.items() if not key.endswith("_reference")}
    given = {**kept, "token": "given", "ca": PEM}
    found = providers(service(lambda: shared_connection(pulumi.Output.secret(given), "nomad", "dev")))
    assert found["nomad"]["secretId"] == Secret("given")
    assert found["nomad"]["caPem"] == PEM


def test_nothing_is_read_before_the_cluster_is_there() -> None:
    def late() -> dict[str, Any]:
        return {key: unknown_output() if key.endswith("_reference") else value for key, value in REFERRING.items()}

    found = providers(service(late, preview=True))
    assert found["nomad"]["secretId"] is UNKNOWN
    assert found["nomad"]["caPem"] is UNKNOWN


def test_no_renderer_sees_where_credentials_are_kept() -> None:
    (job,) = service(REFERRING).of_type("nomad:index/job:Job").values()
    assert "operators" not in job.inputs["jobspec"]
    assert "/shared/ca" not in job.inputs["jobspec"]


def test_a_reference_that_turns_out_to_be_none() -> None:
    with pytest.raises(Failed, match=r"cluster: a reference must be like 'aws-ssm:/path'.*got 'vault:/a'"):
        service(lambda: {**REFERRING, "token_reference": pulumi.Output.from_input("vault:/a")})


@pytest.mark.parametrize("reference", ["", "aws-ssm", "aws-ssm:", "aws-ssm:a", "aws-ssm:/a b", "s3:/a", "aws-ssm:/a\n"])
def test_what_is_no_reference(reference: str) -> None:
    assert reference_problem(reference) is not None


def test_what_is_a_reference() -> None:
    assert reference_problem("aws-ssm:/foxden/dev/operators/nomad-token") is None


def test_what_a_program_adds_holds_for_that_program_alone() -> None:
    """So that tests are independent of each other."""
    run(lambda: REFERENCES.update({"own": "own_references"}))
    assert "own" not in REFERENCES
