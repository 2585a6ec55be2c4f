"""Mistakes in the description are told at preview, all at once, and nothing is changed."""

from tests.engine.harness.changes import mistakes_are_told
from tests.engine.harness.shared import Shared, jobs_and_instances


def test_mistakes_are_told_in_one_line_each_and_nothing_is_changed(shared: Shared) -> None:
    """Whatever command finds them."""
    before = jobs_and_instances(shared.site)
    mistakes_are_told(shared.site)
    assert jobs_and_instances(shared.site) == before
