"""The library's version: one, in one place."""

import json
import re
import tomllib

from foxden.version import VERSION
from local.paths import REPO


def test_the_version_is_semantic_and_said_once() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
    described = tomllib.loads((REPO / "components" / "pyproject.toml").read_text())
    assert "version" not in described["project"] and described["project"]["dynamic"] == ["version"]
    assert described["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "foxden.version.VERSION"}


def test_other_languages_are_told_the_same() -> None:
    assert json.loads((REPO / "components" / "schema.json").read_text())["version"] == VERSION


def test_a_released_version_is_in_the_changelog() -> None:
    heads = re.findall(r"^## (.+)$", (REPO / "CHANGELOG.md").read_text(), re.MULTILINE)
    released = [head for head in heads if head != "Unreleased"]
    assert not released or released[0].startswith(VERSION)
