"""The repository's own pack over what Pulumi's mocks recorded."""

import datetime

from policies.model import Level, Report
from policies.pack import load
from tests.mocks import Recorded
from tests.policies.recorded import resources

TODAY = datetime.date(2026, 12, 1)
"""Exemptions end; a test does not."""


def judged(recorded: Recorded, environment: str, base: str = "") -> Report:
    """What the policies say of an environment."""
    return load().judge(resources(recorded), environment, TODAY, base)


def told(report: Report, level: Level) -> list[str]:
    """Its violations of one level, a line each."""
    return [str(each) for each in report.of(level)]
