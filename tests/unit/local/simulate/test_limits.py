"""What a simulation can't show is told the same everywhere."""

from local.paths import REPO
from local.simulate.limits import LIMITS


def test_the_documentation_has_the_printed_table() -> None:
    text = (REPO / "docs" / "simulation.md").read_text()
    assert [f"| {what} | {why} |" for what, why in LIMITS if f"| {what} | {why} |" not in text] == []
