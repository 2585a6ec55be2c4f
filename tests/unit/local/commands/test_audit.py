"""An environment's state, judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.__main__ import main
from local.commands.as_it_is import Looker, as_it_is
from policies.sources.state import read_state

VPC = {"type": "aws:ec2/vpc:Vpc", "urn": "urn:pulumi:dev::foxden::aws:ec2/vpc:Vpc::dev", "custom": True, "inputs": {}}


def exported(file: Path, *found: Any) -> str:
    file.write_text(json.dumps({"version": 3, "deployment": {"resources": list(found)}}))
    return str(file)


def test_what_must_not_be_is_told_and_ends_with_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--stack", "dev", "--file", exported(tmp_path / "state.json", VPC)]) == 1
    said = capsys.readouterr().out
    assert "kept-things-protected" in said and "can be deleted by a slip" in said
    assert "'dev': 1 resources by the levels of dev: 1 mandatory" in said


def test_an_empty_state_has_nothing_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--file", exported(tmp_path / "state.json")]) == 0
    assert "'dev': 0 resources by the levels of dev: 0 mandatory, 0 advisory" in capsys.readouterr().out


def test_what_is_no_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other.json").write_text("{}")
    assert main(["audit", "--file", str(tmp_path / "other.json")]) == 1
    assert "state: must be what `pulumi stack export` writes" in capsys.readouterr().err
    assert main(["audit", "--file", str(tmp_path / "none.json")]) == 1
    assert "cannot read" in capsys.readouterr().err


def described(**inputs: Any) -> Any:
    return {"resOutputsEvent": {"metadata": {"op": "update", "urn": VPC["urn"], "new": {"inputs": inputs}}}}


def judged(found: Any) -> Any:
    looker = Looker()
    for event in found:
        assert list(looker.hear(event)) == []
    component = {"type": "foxden:index:Network", "urn": "urn:pulumi:dev::foxden::foxden:index:Network::dev"}
    state = json.dumps({"version": 3, "deployment": {"resources": [component, {**VPC, "inputs": {"port": 80}}]}})
    return read_state(as_it_is(state, looker.found))


def test_what_is_there_is_judged_in_place_of_what_was_asked_for() -> None:
    network, vpc = judged([described(port=22, password="[secret]")])
    assert network.component
    assert (vpc.props["port"], vpc.inputs["password"].secret) == (22, True)


def test_what_is_gone_is_not_judged() -> None:
    gone = {"resOutputsEvent": {"metadata": {"op": "delete", "urn": VPC["urn"], "old": {"inputs": {}}}}}
    assert [each.name for each in judged([gone])] == ["dev"]
    assert [each.props for each in judged([])] == [{}, {"port": 80}]
