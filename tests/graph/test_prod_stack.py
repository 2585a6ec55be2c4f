"""The prod environment: qa's by other choices, with the very images that ran in qa."""

import pytest

from local import stackfiles
from stacks.services import SERVICES
from tests.graph.environments import PROD, QA, up
from tests.mocks import Recorded

CHOICES = {
    "cidr", "domain", "nat", "network", "pools", "services",
}  # fmt: skip
"""What prod chooses otherwise than qa."""


@pytest.fixture(scope="module")
def done() -> Recorded:
    """The prod environment."""
    return up(PROD)


def images(recorded: Recorded) -> dict[str, str]:
    """Service to the digest of its image."""
    every = recorded.of_type("kubernetes:apps/v1:Deployment")
    found = {name: each for name, each in every.items() if name in SERVICES}
    pods = {name: each.inputs["spec"]["template"]["spec"] for name, each in found.items()}
    return {name: pod["containers"][0]["image"].partition("@")[2] for name, pod in pods.items()}


def test_it_differs_from_qa_by_choices_alone() -> None:
    qa, prod = stackfiles.values("qa"), stackfiles.values("prod")
    assert {key for key in qa.keys() | prod.keys() if qa.get(key) != prod.get(key)} == CHOICES


def test_what_runs_is_what_ran_in_qa(done: Recorded) -> None:
    assert set(images(done)) == set(SERVICES)
    assert all(images(done).values())
    assert images(done) == images(up(QA))


def test_a_zone_may_be_lost(done: Recorded) -> None:
    assert len(done.of_type("aws:ec2/natGateway:NatGateway")) == 3
    deployments = done.of_type("kubernetes:apps/v1:Deployment")
    assert {deployments[name].inputs["spec"]["replicas"] for name in SERVICES} == {3}
