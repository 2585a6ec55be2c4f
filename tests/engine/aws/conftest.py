"""The real engine and a real provider of AWS, on a simulated one."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from local.errors import LocalError
from local.simulate.cloud import Cloud, running
from local.simulate.corrections import correct
from local.toolchain import aws
from tests.engine.aws.projects import REGION, Project, environment, new_project


@pytest.fixture(scope="session")
def plugin() -> aws.Ready:
    """What programs on AWS run with here. Where that can't be had, these tests fail and say how to get it."""
    try:
        return aws.ensure()
    except LocalError as error:
        pytest.fail(f"nothing on AWS was tested: {error}", pytrace=False)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """A simulated AWS of the test's own."""
    with running() as found:
        yield found


@pytest.fixture
def clients(cloud: Cloud) -> Callable[[str], Any]:
    """An auditor's clients, by service."""
    return functools.cache(lambda service: cloud.client(service, REGION))


@pytest.fixture
def new(plugin: aws.Ready, cloud: Cloud, tmp_path: Path) -> Callable[[str], Project]:
    """Makes projects with one of the programs here."""
    env = environment(tmp_path, cloud)
    return lambda program: new_project(program, tmp_path / program, env)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account in this process, with moto's answers put right."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    correct()
    with mock_aws():
        yield
