"""Which version of Kubernetes may follow which on AWS, and how whoever deploys gets to a cluster without Consul."""

from typing import Any

import pulumi
import pytest

import foxden
from foxden.schedulers.kubernetes import nodes
from tests.graph.graphs import IMAGE, lib
from tests.graph.kubernetes_graphs import (
    CHECKSUM,
    GROUP,
    KUBERNETES,
    SOFTWARE,
    TEMPLATE,
    VERSION,
    up,
    whole,
)
from tests.mocks import Failed

# Versions


def test_the_version_is_kept_once_the_masters_are_there() -> None:
    done = whole()
    kept = done.one("aws:ssm/parameter:Parameter", "dev-version")
    assert kept.inputs["name"] == "/foxden/dev/versions/control-plane"
    assert (kept.inputs["type"], kept.inputs["insecureValue"]) == ("String", VERSION)
    assert done.one(GROUP, "dev-servers").urn in kept.depends_on


@pytest.mark.parametrize("running", ["", "1.34.0", "1.34.99", "1.33.2"])
def test_one_minor_at_a_time(running: str) -> None:
    assert up(pools={}, running=running).one(GROUP)


@pytest.mark.parametrize(
    ("running", "allowed"), [("1.32.9", "1.32 or 1.33"), ("1.35.0", "1.35 or 1.36"), ("2.34.0", "2.34 or 2.35")]
)
@pytest.mark.parametrize("preview", [True, False])
def test_a_longer_step_reaches_no_machine(running: str, allowed: str, preview: bool) -> None:
    with pytest.raises(Failed) as caught:
        up(pools={}, running=running, preview=preview)
    assert isinstance(caught.value.error, foxden.InvalidInput)
    assert str(caught.value) == (
        f"cluster 'dev': version must be of {allowed}, for {running} runs and an upgrade goes up one minor at a time, "
        f"got '{VERSION}'"
    )
    assert not caught.value.recorded.of_type(TEMPLATE) and not caught.value.recorded.of_type(GROUP)


def kubelets(version: str) -> Any:
    """A pool whose kubelets are of this version, whatever its software says of programs that it has not."""

    def pool(made: Any) -> None:
        programs = {**SOFTWARE["programs"], "kubernetes-node": {"version": version, "checksum": CHECKSUM}}
        lib.WorkerPool("general", {"image": IMAGE, "cluster": made.facts, "software": {"programs": programs}})

    return pool


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("1.35.0", f"must not be newer than the cluster's, which is {VERSION}"),
        ("1.30.14", f"must not be older than 1.31, for the cluster's is {VERSION}"),
        ("0.34.1", f"must not be older than 1.31, for the cluster's is {VERSION}"),
    ],
)
def test_workers_are_neither_newer_than_masters_nor_much_older(version: str, said: str) -> None:
    with pytest.raises(Failed) as caught:
        up(pools={}, more=kubelets(version))
    assert str(caught.value) == f"pool 'general': software {said}, got {version}"


@pytest.mark.parametrize("version", ["1.34.0", "1.33.5", "1.31.0"])
def test_workers_may_be_three_minors_older(version: str) -> None:
    assert up(pools={}, more=kubelets(version)).one(GROUP, "general")


# The connection


def test_a_connection_needs_no_consul() -> None:
    def connect(made: Any) -> None:
        pulumi.export("connection", made.connection("qa", "qa.example.com"))
        assert len(made.providers) == 1

    done = up({**KUBERNETES, "address": "https://127.0.0.1:16443"}, {}, more=connect)
    assert done.exports["connection"] == {
        "scheduler": "kubernetes",
        "environment": "qa",
        "domain": "qa.example.com",
        "address": "https://127.0.0.1:16443",
        "ca_reference": "aws-ssm:/foxden/dev/shared/ca",
        "token_reference": "aws-ssm:/foxden/dev/operators/kubernetes-token",
        "options": dict(nodes.connection_options("dev")),
    }
    with pytest.raises(Failed) as caught:
        up(pools={}, more=lambda made: made.connection("qa", "qa.example.com"))
    assert str(caught.value) == "cluster 'dev': address must be given: without it nobody can be connected"


def test_consul_elsewhere_is_passed_on() -> None:
    def connect(made: Any) -> None:
        pulumi.export("connection", made.connection("qa", "qa.example.com"))

    addresses = {"address": "https://127.0.0.1:16443", "discovery_address": "https://consul.example"}
    done = up({**KUBERNETES, **addresses}, {}, more=connect)
    assert done.exports["connection"]["discovery_address"] == "https://consul.example"
