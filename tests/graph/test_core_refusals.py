"""Core servers that are refused, before anything is registered."""

from typing import Any

import pytest

from foxden.schedulers.base import SCHEDULERS
from tests.graph.graphs import SITE, ZONES, core
from tests.mocks import Failed, unknown_output

GROUP = "aws:autoscaling/group:Group"


def refused(**changed: Any) -> list[str]:
    """What is said of bad args; nothing may have been registered."""
    with pytest.raises(Failed) as caught:
        core(**changed)
    assert caught.value.recorded.resources == []
    return [line.removeprefix("cluster 'dev': ") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize("servers", [0, 2, 4, 6, 7, -1])
def test_numbers_of_servers_that_would_lose_the_majority(servers: int) -> None:
    assert refused(servers=servers) == [f"servers must be 1, 3 or 5, got {servers}"]


def zones(count: int) -> dict[str, Any]:
    """A network with so many zones."""
    return {**SITE, "zones": {zone: SITE["zones"][zone] for zone in ZONES[:count]}}  # type: ignore[index]


@pytest.mark.parametrize(("servers", "count", "in_one"), [(3, 1, 3), (3, 2, 2), (5, 1, 5), (5, 2, 3)])
def test_too_few_zones(servers: int, count: int, in_one: int) -> None:
    told = f"{servers} need at least 3 zones, got {count}: with a zone that has {in_one} the majority is lost"
    assert refused(servers=servers, network=zones(count)) == [f"servers {told}"]


@pytest.mark.parametrize(("cidr", "inside"), [("100.64.0.0/16", "100.64.0.0/16"), ("100.100.0.0/16", "100.96.0.0/11")])
def test_a_network_with_addresses_that_the_inside_of_the_cluster_has(cidr: str, inside: str) -> None:
    software = {"programs": {"kube-router": {"checksum": "d" * 64}}}
    told = f"network must not overlap {inside}, which the inside of the cluster has, got '{cidr}'"
    assert refused(scheduler="kubernetes", software=software, network={**SITE, "cidr": cidr}) == [told]
    assert core(network={**SITE, "cidr": cidr}).one(GROUP)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_one_server_is_in_any_number_of_zones(count: int) -> None:
    assert core(servers=1, network=zones(count)).one(GROUP)


@pytest.mark.parametrize(
    ("changed", "start"),
    [
        ({"image": "latest"}, "image must be the id of an AMI, got 'latest': pin one, such as what `aws ssm get-"),
        ({"image": None}, "image must be given"),
        ({"bootstrap": "ecs"}, "bootstrap must be one of asg, ec2, got 'ecs'"),
        ({"bootstrap": "ags"}, "bootstrap must be one of asg, ec2, got 'ags', did you mean 'asg'?"),
        ({"instance_type": "big"}, "instance type must be like 't3.small', got 'big'"),
        ({"unhealthy_after": 5}, "unhealthy_after must be from 60 to 3600, got 5"),
        ({"join_deadline": 5}, "join_deadline must be from 300 to 7200, got 5"),
        ({"pools": ["a", "a"]}, "pools[1] is named twice: 'a'"),
        ({"pools": ["A"]}, "pools[0] must be lower-case letters"),
        ({"disk": {"throughput": 1000}}, "disk.throughput must be at most a quarter of disk.iops (750), got 1000"),
        ({"disk": {"sice": 5}}, "disk.sice is not a known field, did you mean 'size'?"),
        ({"scheduler": "nomd"}, "scheduler must be one of "),
        ({"server": 3}, "server is not a known field, did you mean 'servers'?"),
        ({"network": None}, "network must be given"),
        ({"software": {"miror": "x"}}, "software.miror is not a known field, did you mean 'mirror'?"),
        ({"software": {"packages": ["a b"]}}, "software.packages[0] must be the name of a Debian package, got 'a b'"),
        ({"software": {"units": ["x"]}}, "software.units[0] must be the name of a unit such as 'some.service', got"),
        ({"software": {"files": {"etc/x": ""}}}, "software.files.etc/x must be an absolute path, and not below /etc/"),
        ({"software": {"files": {"/etc/foxden/node.json": ""}}}, "software.files./etc/foxden/node.json must be an abs"),
        ({"software": {"programs": {"consul": {"version": "9"}}}}, "nodes: software.consul.checksum must be"),
        ({"tags": {"aws:x": "y"}}, "tags.aws:x must be of letters"),
        ({"servers": unknown_output}, "servers must be a plain value, got an output of a resource"),
        ({"protect": "no"}, "protect must be true or false, got 'no'"),
        ({"snapshots": 5}, "snapshots must be a text, got 5"),
    ],
)
def test_bad_args(changed: Any, start: str) -> None:
    (line,) = refused(**changed)
    assert line.startswith(start)


def test_everything_wrong_is_said_at_once() -> None:
    assert len(refused(servers=2, image="x", bootstrap="y", tag={}, unhealthy_after=0)) == 5


def test_a_scheduler_whose_clusters_can_not_be_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCHEDULERS, "fake", "tests.fake_scheduler")
    told = "scheduler must be one whose clusters can be built (kubernetes, nomad), got 'fake'"
    assert refused(scheduler="fake") == [told]
