"""An environment's state, judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.__main__ import main

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
