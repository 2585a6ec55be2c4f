"""The schema that other languages know the components by, as the real engine gets it from their plugin."""

from pathlib import Path

import pytest

from local.commands.schema import FILE, FOLDER, schema
from local.errors import LocalError


def test_the_committed_schema_is_what_the_engine_gets(env: dict[str, str]) -> None:
    assert schema(env) == FILE.read_text(), (
        "a component changed: run 'make schema', and look at the diff of what it wrote"
    )


def test_a_plugin_that_does_not_start_says_why(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "PulumiPlugin.yaml").write_text((FOLDER / "PulumiPlugin.yaml").read_text())
    (tmp_path / "__main__.py").write_text("raise SystemExit('out of order')\n")
    with pytest.raises(LocalError, match="out of order"):
        schema(env, tmp_path)
