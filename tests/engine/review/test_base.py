"""A review on a simulated AWS that has the cluster of an earlier commit: what a change would replace shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from review import preview as module
from review.base import checked_out
from review.preview import Over, preview

NAMING = 'return f"foxden-{cluster}'


@contextmanager
def before(ref: str) -> Iterator[Path]:
    """The commit, as if its library had called what is of a pool otherwise."""
    with checked_out(ref) as files:
        source = files / "components" / "foxden" / "clouds" / "aws" / "pool.py"
        text = source.read_text()
        assert text.count(NAMING) == 1, f"{source.name} names pools otherwise: the test is blind"
        source.write_text(text.replace(NAMING, NAMING.replace("foxden-", "fox-")))
        yield files


def test_what_a_change_would_replace_shows_without_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "checked_out", before)
    found = preview("dev", Over.SIMULATED, print, "HEAD")
    assert found.plan.errors == () and "the cluster of HEAD" in found.over
    replaced = {change.type for change in found.plan.of("replace")}
    assert {"aws:autoscaling/group:Group", "aws:ec2/launchTemplate:LaunchTemplate"} <= replaced
    assert "aws:ec2/vpc:Vpc" not in {change.type for change in found.plan.changes}
    assert found.plan.unchanged > 50
    assert any(change.loss for change in found.plan.of("replace"))
