"""The repository's own pack over what Pulumi's mocks recorded."""

import datetime
from dataclasses import replace
from typing import Any

from policies.model import Level, Report
from policies.pack import Pack, load
from tests.mocks import Recorded
from tests.policies.recorded import resources

__all__ = ["CLUSTER", "TODAY", "judged", "of_parts", "told"]

TODAY = datetime.date(2026, 12, 1)
"""Exemptions end; a test does not."""

CLUSTER: dict[str, Any] = {
    "scheduler": "kubernetes",
    "environment": "qa",
    "domain": "qa.foxden.example",
    "address": "https://10.0.0.1:6443",
    "token": "kubernetes-token",
    "ca": "-----BEGIN CERTIFICATE-----",
}
"""A connection to a Kubernetes that is there."""


def of_parts() -> Pack:
    """The pack for what is no whole environment, in which the repository's exemptions need not be needed."""
    return replace(load(), exemptions=())


def judged(recorded: Recorded, environment: str, base: str = "", pack: Pack | None = None) -> Report:
    """What the policies say of an environment."""
    return (pack or load()).judge(resources(recorded), environment, TODAY, base)


def told(report: Report, level: Level) -> list[str]:
    """Its violations of one level, a line each."""
    return [str(each) for each in report.of(level)]
