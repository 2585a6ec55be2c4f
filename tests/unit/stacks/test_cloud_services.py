"""What machines may ask of Amazon for what a cluster runs beside services."""

import json
from typing import Any

import pytest

from stacks.cloud_services import cluster_services, machine_policies
from stacks.cloud_settings import CloudSettings

POOLS: dict[str, dict[str, Any]] = {"general": {}, "system": {}, "batch": {"dedicated": True}}
LOGS = {"cloudwatch_group": "/foxden/qa"}
KEY = "arn:aws:kms:eu-central-1:123456789012:key/k"


def cloud(zone: str | None = None, **services: Any) -> CloudSettings:
    return CloudSettings("aws", "eu-central-1", (), "", 3, "ami", POOLS, zone=zone, cluster_services=services)


def allowed(given: CloudSettings) -> dict[str, list[str]]:
    """Pool to the names of its policies."""
    return {pool: sorted(machine_policies("qa", given, pool)) for pool in POOLS}


@pytest.mark.parametrize(
    ("services", "pools"),
    [
        ({}, {}),
        ({"coredns": {}, "ingress": True, "host_network": False, "mirror": "m.example"}, {}),
        ({"cluster_autoscaler": {"pool": "system"}}, {"system": ["cluster-autoscaler"]}),
        ({"cluster_autoscaler": {"pool": "batch"}}, {"batch": ["cluster-autoscaler"]}),
        ({"cluster_autoscaler": {}}, {"general": ["cluster-autoscaler"], "system": ["cluster-autoscaler"]}),
        ({"logging": LOGS}, {pool: ["logging"] for pool in POOLS}),
        # What it is that there is not, the component says.
        ({"cluster_autoscaling": {}}, {}),
    ],
)
def test_only_machines_that_may_run_a_cluster_service_have_its_rights(services: Any, pools: Any) -> None:
    assert allowed(cloud(**services)) == {pool: pools.get(pool, []) for pool in POOLS}


def test_rights_are_no_more_than_the_file_names() -> None:
    given = cloud(
        "Z1",
        ebs_csi={"pool": "system", "key": KEY},
        external_dns={"pool": "system", "domains": ["qa.foxden.example"]},
        certificates={"pool": "general", "email": "it@foxden.example", "zones": {"qa.foxden.example": "Z2"}},
    )
    found = machine_policies("qa", given, "system")
    assert KEY in found["ebs-csi"]
    assert "hostedzone/Z1" in found["external-dns"] and "hostedzone/Z2" in found["external-dns"]
    assert list(machine_policies("qa", given, "general")) == ["certificates"]


def test_a_cluster_is_called_as_its_cloud_knows_it() -> None:
    given = cloud(cluster_autoscaler={})
    assert cluster_services("foxden-qa", given)["name"] == "foxden-qa"
    sized = json.loads(machine_policies("foxden-qa", given, "general")["cluster-autoscaler"])["Statement"][-1]
    assert list(sized["Condition"]["StringEquals"]) == ["aws:ResourceTag/k8s.io/cluster-autoscaler/foxden-qa"]
