"""A state directory of its own for each test."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state directory; empty."""
    directory = tmp_path / "state"
    directory.mkdir()
    monkeypatch.setenv("FOXDEN_STATE", str(directory))
    return directory
