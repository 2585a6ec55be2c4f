"""What a preview registers is found again among the SDKs' classes."""

import pytest

from bench.preview import POOLS
from bench.record import Recorded, recorded
from bench.render import rendering


@pytest.mark.parametrize(
    ("kind", "module", "name"),
    [
        ("nomad:index/job:Job", "pulumi_nomad", "Job"),
        ("aws:ec2/vpc:Vpc", "pulumi_aws.ec2", "Vpc"),
        ("aws:s3/bucketObjectv2:BucketObjectv2", "pulumi_aws.s3", "BucketObjectv2"),
        ("kubernetes:apps/v1:Deployment", "pulumi_kubernetes.apps.v1", "Deployment"),
        ("kubernetes:networking.k8s.io/v1:NetworkPolicy", "pulumi_kubernetes.networking.v1", "NetworkPolicy"),
        ("pulumi:providers:kubernetes", "pulumi_kubernetes", "Provider"),
    ],
)
def test_where_the_class_of_a_type_is(kind: str, module: str, name: str) -> None:
    resource = Recorded("urn", "", kind, "n", is_component=False)
    assert (resource.module, resource.class_name) == (module, name)


def test_inputs_are_as_the_class_takes_them() -> None:
    stack = "urn:pulumi:bench::bench::pulumi:pulumi:Stack::bench"
    state = {
        "urn": "urn:pulumi:bench::bench::kubernetes:core/v1:Service::a",
        "parent": stack,
        "type": "kubernetes:core/v1:Service",
        "custom": True,
        "inputs": {"apiVersion": "v1", "spec": {"clusterIP": "None"}, "__defaults": []},
    }
    (found,) = recorded([{"newState": {"type": "pulumi:pulumi:Stack"}}, {"newState": state}])
    assert (found.parent, found.name) == ("", "a")
    assert found.inputs == {"api_version": "v1", "spec": {"clusterIP": "None"}}


@pytest.mark.parametrize("scheduler", ["nomad", "kubernetes"])
def test_the_services_that_are_measured_are_valid(scheduler: str) -> None:
    assert rendering(scheduler, 20) > 0


def test_larger_sizes_can_be_left_out() -> None:
    assert list(POOLS.up_to(10).sizes) == [1, 10] and list(POOLS.sizes) == [1, 10, 50]
