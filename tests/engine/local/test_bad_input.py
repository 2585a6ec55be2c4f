"""Mistakes in the description are told at preview, all at once, and nothing is changed."""

from tests.engine.harness.command import Done
from tests.engine.harness.shared import Shared, jobs_and_instances

SAID = (
    "service 'pods': health.path must begin with '/', got 'health'",
    "service 'meeting-router': needs 'podz', which nobody provides, did you mean 'pods'?",
)


def test_mistakes_are_told_in_one_line_each_and_nothing_is_changed(shared: Shared) -> None:
    """By ``up`` and by a plain preview: an exit code that isn't 0, no traceback."""
    site = shared.site
    described = site.read("stacks/services.py")
    wrong = described.replace('"needs": ["pods"]', '"needs": ["podz"]')
    wrong = wrong.replace('"secrets": {', '"health": {"path": "health"},\n        "secrets": {')
    before = jobs_and_instances(site)
    site.write("stacks/services.py", wrong)
    up = site.up(expect=1)
    preview = site.pulumi("preview", "--stack", "local", expect=None)
    assert preview.code != 0, preview
    for done in (up, preview):
        _tells(done)
    assert jobs_and_instances(site) == before
    site.write("stacks/services.py", described)


def _tells(done: Done) -> None:
    lines = [line.strip() for line in done.output.splitlines()]
    for sentence in SAID:
        assert sum(line.removeprefix("error: ") == sentence for line in lines) >= 1, f"{sentence!r} is no line: {done}"
    assert "Traceback" not in done.output, done
