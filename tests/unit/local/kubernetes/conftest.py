"""A state directory of its own for each test."""

from pathlib import Path

import pytest

from local.kubernetes.plan import Plan


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the cluster of the test would be."""
    monkeypatch.setenv("FOXDEN_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def plan() -> Plan:
    """The plan of a cluster with the default ports."""
    return Plan(0, "/s/supervisor.sock", "/s/containerd.sock", "t0ken")
