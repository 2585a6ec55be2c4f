"""What a cluster's nodes ask of their cloud."""

from dataclasses import replace

import pytest

from foxden.boot.files.node import credentials, kept
from foxden.boot.files.node.nomad import CORE_MHZ
from foxden.boot.node import Binary, Node, Role, Secrets
from foxden.errors import InvalidInput
from foxden.schedulers.base import scheduler
from foxden.schedulers.nomad import nodes
from foxden.schedulers.nomad.options import read_options

NODE = Node(
    cloud="aws",
    region="eu-west-1",
    cluster="dev",
    role=Role.SERVER,
    servers=3,
    parameters="/foxden/dev",
    key="alias/foxden-dev",
)

WHO_TALKS_TO_WHOM = {
    ("server", "server", "tcp", (8300, 8300)),
    ("worker", "server", "tcp", (8300, 8300)),
    ("server", "server", "tcp", (8301, 8301)),
    ("server", "server", "udp", (8301, 8301)),
    ("server", "worker", "tcp", (8301, 8301)),
    ("server", "worker", "udp", (8301, 8301)),
    ("worker", "server", "tcp", (8301, 8301)),
    ("worker", "server", "udp", (8301, 8301)),
    ("worker", "worker", "tcp", (8301, 8301)),
    ("worker", "worker", "udp", (8301, 8301)),
    ("server", "server", "tcp", (4646, 4648)),
    ("server", "server", "udp", (4648, 4648)),
    ("worker", "server", "tcp", (4647, 4647)),
    ("worker", "worker", "tcp", (20_000, 32_000)),
}


def test_the_scheduler_knows_its_nodes() -> None:
    assert scheduler("nomad").nodes is nodes  # type: ignore[attr-defined]


def test_who_talks_to_whom_is_this_and_nothing_else() -> None:
    flows = nodes.flows()
    assert {(flow.source, flow.target, flow.protocol, flow.ports) for flow in flows} == WHO_TALKS_TO_WHOM
    assert len(flows) == len(WHO_TALKS_TO_WHOM)
    assert all(flow.why for flow in flows)


def test_a_worker_reads_what_is_its_own_and_writes_nothing() -> None:
    assert nodes.secrets(Role.WORKER, "batch") == Secrets(read=("shared/*", "pools/batch/*"))
    assert nodes.secrets(Role.SERVER, "servers") == Secrets(read=("*",), write=("*",))


def test_what_a_connection_refers_to_is_what_nodes_keep() -> None:
    assert dict(nodes.KEPT) == {
        "ca": kept.PUBLIC_AUTHORITY,
        "token": credentials.OPERATORS_NOMAD,
        "discovery_token": credentials.OPERATORS_CONSUL,
    }


def test_the_options_of_a_connection_are_some() -> None:
    options, problems = read_options(nodes.connection_options("dev"))
    assert problems == []
    assert (options.caddy, options.core_mhz) == ("/usr/local/bin/caddy", CORE_MHZ)


WORKER = replace(NODE, role=Role.WORKER, pool="general")


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (replace(WORKER, meta={"pool": "x"}), "meta.pool is kept for the pool's own name"),
        (replace(WORKER, pool="servers"), "name must not be 'servers' with scheduler 'nomad'"),
        (replace(WORKER, pool="default", dedicated=True), "name must not be 'default' for a dedicated pool"),
        (replace(WORKER, pool="all", dedicated=True), "name must not be 'all' for a dedicated pool"),
        (
            replace(WORKER, ingress_port=8500),
            "ingress_port must be none of 22, 4646, 8300, 8301,",
        ),
        (replace(WORKER, ingress_port=20_000), "ingress_port must be none of 22,"),
        (replace(WORKER, ingress_port=32_000), "ingress_port must be none of 22,"),
    ],
)
def test_a_pool_that_could_not_work_is_told(node: Node, message: str) -> None:
    (told,) = nodes.node_problems(node)
    assert told.startswith(message)


def test_other_pools_are_taken() -> None:
    for node in (WORKER, replace(WORKER, pool="default"), replace(WORKER, pool="all", ingress_port=80)):
        assert list(nodes.node_problems(node)) == []


def test_nodes_are_told_apart_by_their_user_data() -> None:
    given = [NODE, replace(NODE, role=Role.WORKER, pool="a"), replace(NODE, role=Role.WORKER, pool="b")]
    assert len({nodes.boot(node, nodes.software(), "bucket") for node in given}) == 3


@pytest.mark.parametrize("processor", ["amd64", "arm64"])
def test_pinned_programs_have_checksums_of_their_own(processor: str) -> None:
    binaries = nodes.software(processor=processor).binaries
    assert [binary.name for binary in binaries] == ["consul", "nomad", "caddy"]
    assert all(processor in binary.url and binary.version in binary.url for binary in binaries)
    assert len({binary.checksum for binary in binaries}) == 3


def test_another_version_comes_with_its_checksum() -> None:
    given = {"nomad": {"version": "1.12.0", "checksum": "ab" * 32}}
    nomad = nodes.software(mirror="https://mirror.example/hashicorp", programs=given).binaries[1]
    url = "https://mirror.example/hashicorp/nomad_1.12.0_linux_amd64.zip"
    assert nomad == Binary("nomad", "1.12.0", url, "ab" * 32)


def test_a_program_may_lie_elsewhere() -> None:
    given = {"caddy": {"version": "9", "checksum": "ab" * 64, "url": "http://10.0.0.1/caddy"}}
    assert nodes.software(mirror="http://other", programs=given).binaries[2].url == "http://10.0.0.1/caddy"


@pytest.mark.parametrize(
    ("programs", "message"),
    [
        ({"vault": {}}, "software.vault is not a known field"),
        (
            {"nomad": {"version": "1.12.0"}},
            "software.nomad.checksum must be a SHA-256 or SHA-512 of nomad 1.12.0 in hex, and none is known for this "
            "version",
        ),
        (
            {"nomad": {"checksum": "zz"}},
            "software.nomad.checksum must be a SHA-256 or SHA-512 of nomad 1.11.3 in hex, got 'zz'",
        ),
        (
            {"caddy": {"url": "ftp://x/y"}},
            "software.caddy.url must begin with 'https://' or 'http://' and have no space, got 'ftp://x/y'",
        ),
    ],
)
def test_what_is_wrong_with_programs_is_said(programs, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        nodes.software(programs=programs)
    assert str(caught.value).startswith(f"nodes: {message}")


def test_a_processor_that_nothing_is_built_for_is_said() -> None:
    with pytest.raises(InvalidInput) as caught:
        nodes.software(processor="riscv64")
    assert "nodes: software.processor must be one of amd64, arm64, got 'riscv64'" in str(caught.value)
    assert len(caught.value.problems) == 1
