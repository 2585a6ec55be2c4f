"""Names on AWS are one thing's alone, whatever clusters and pools are called."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from foxden.clouds.aws.pool import called
from tests.graph.environments import answer
from tests.graph.graphs import CORE, IMAGE, NETWORK, SITE, lib, recorded
from tests.mocks import Failed, Recorded, run

ONE_IN_AN_ACCOUNT = {
    "aws:autoscaling/group:Group",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:iam/instanceProfile:InstanceProfile",
    "aws:iam/role:Role",
    "aws:kms/alias:Alias",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:ssm/parameter:Parameter",
}
"""What AWS refuses to make twice by one name."""

CLUSTERS = {
    "a": ("b", "b-c", "b-servers", "flow-logs", "workers"),
    "a-b": ("c", "b-c", "flow-logs"),
    "a-b-c": ("b",),
    "b": ("c",),
}
"""Clusters and their pools, whose names run into each other's where they are joined with one hyphen."""


def built(cluster: str, pools: Sequence[str]) -> Recorded:
    """A cluster with all that has names of its own."""

    def program() -> None:
        network = lib.Network(cluster, NETWORK).facts
        args: dict[str, Any] = {"scheduler": "nomad", "servers": 1, "image": IMAGE, "pools": pools}
        servers = lib.CoreCluster(cluster, {**args, "network": network})
        group = servers.workers_security_group
        edge = {"network": network, "workers_security_group": group, "domain": "example.com", "zone": "Z1"}
        for pool in pools:
            lib.WorkerPool(pool, {"cluster": servers.facts, "image": IMAGE})
        lib.Balancer(cluster, edge)

    return run(program, answer=answer)


def test_no_two_things_have_one_name() -> None:
    made = [each for name, pools in CLUSTERS.items() for each in built(name, pools).resources]
    names = Counter((each.type, each.inputs["name"]) for each in made if each.type in ONE_IN_AN_ACCOUNT)
    assert {kind for kind, _ in names} == ONE_IN_AN_ACCOUNT
    assert [name for name, number in names.items() if number > 1] == []


def test_names_without_hyphens_are_joined_with_one() -> None:
    assert called("dev", "general") == "foxden-dev-general"
    assert called("dev", "very-large") == "foxden-dev--very-large"


def test_the_longest_names_are_no_longer_than_a_role_may_be() -> None:
    assert len(f"{called('a' * 18 + '-b', 'c' * 20)}-ap-southeast-1") <= 64


def test_a_cluster_that_is_called_as_another_networks_key() -> None:
    with pytest.raises(Failed) as caught:
        recorded(lambda: lib.CoreCluster("a-flow-logs", {**CORE, "network": SITE}))
    assert str(caught.value).endswith("name must not end with '-flow-logs': a network's key is called so")
