"""What the unit tests share."""

import pytest

from foxden.schedulers.base import SCHEDULERS

CLUSTER = {
    "scheduler": "fake",
    "environment": "demo",
    "domain": "demo.foxden.localhost",
    "address": "http://127.0.0.1:4646",
    "token": "open-sesame",
    "ingress_scheme": "http",
    "ingress_port": 8080,
}


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The connection of a cluster whose scheduler is the tests' own: it is added here as a project would add one."""
    monkeypatch.setitem(SCHEDULERS, "fake", "tests.fake_scheduler")
    return dict(CLUSTER)
