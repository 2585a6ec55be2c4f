"""What the tutorials build on AWS is composed as they show it."""

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

import foxden
from local import stackfiles
from local.paths import REPO
from stacks.services import SERVICES
from stacks.settings import parse_settings
from tests.graph.environments import DEV, KEPT, up
from tests.mocks import Failed
from tests.tutorials import blocks, titled, written

ENVIRONMENT, POOL = "tutorials/new-environment", "tutorials/new-pool"


def test_an_environment_with_a_cluster_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, value in list(KEPT.items()):
        monkeypatch.setitem(KEPT, place.replace("/dev/", "/staging/"), value)
    written(ENVIRONMENT, tmp_path)
    (tmp_path / "Pulumi.dev.yaml").write_bytes((REPO / "Pulumi.dev.yaml").read_bytes())
    done = up(parse_settings("staging", "dev", stackfiles.values("staging", tmp_path)))
    assert done.one("foxden:index:CoreCluster").name == "staging"
    assert done.one("aws:ec2/vpc:Vpc").inputs["cidrBlock"] == "10.30.0.0/16"
    assert len(done.of_type("aws:ec2/natGateway:NatGateway")) == 1
    assert done.exports["urls"]["ionic-apps"] == "https://app.staging.foxden.example/"


@pytest.fixture
def with_pool(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The choices of dev with the tutorial's pool beside its own, and its service among the services."""
    (text,), (service,) = titled(POOL, "Pulumi.dev.yaml"), titled(POOL, "stacks/services.py")
    for name, entry in ast.literal_eval(f"{{{service}}}").items():
        monkeypatch.setitem(SERVICES, name, {**entry, "version": "1.0.0"})
    given = stackfiles.values("dev")
    return {**given, "pools": {**given["pools"], **yaml.safe_load(text)["config"]["foxden:pools"]}}


def test_a_new_pool_and_a_service_on_it(with_pool: Any) -> None:
    before, after = up(DEV), up(parse_settings("dev", "dev", with_pool))
    old, new = ({each.urn for each in done.resources} for done in (before, after))
    assert old < new
    assert set(after.of_type("foxden:index:WorkerPool")) == {"general", "batch", "large"}
    assert "large" in after.of_type("nomad:index/job:Job")["reports"].inputs["jobspec"]


def test_the_message_on_a_wrong_pool_is_said(with_pool: Any) -> None:
    (block,) = (block for block in blocks(POOL) if block.language == "text")
    with_pool["pools"]["large"]["max"] = 0
    with pytest.raises(Failed) as caught:
        up(parse_settings("dev", "dev", with_pool))
    assert isinstance(caught.value.error, foxden.InvalidInput)
    assert str(caught.value) == block.text.strip()
