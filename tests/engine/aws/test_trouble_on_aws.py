"""What goes wrong on AWS: refusals, mistakes, Ctrl-C, a killed engine."""

import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from local.toolchain.aws import Ready
from tests.engine.aws.projects import PATIENCE, Project
from tests.engine.harness.killing import gone
from tests.engine.harness.tasks import environ, words_of
from tests.engine.harness.waiting import until
from tests.engine.plugins.projects import FAILED


@pytest.fixture
def wishing(new: Callable[[str], Project]) -> Callable[[str], Project]:
    """Makes projects with a program of the test's own."""

    def make(program: str) -> Project:
        project = new("adopted")
        text = f"import pulumi, pulumi_aws as aws\n{program}\n"
        (project.directory / "__main__.py").write_text(text)
        return project

    return make


def test_refusals_are_in_the_providers_own_words(wishing: Callable[[str], Project]) -> None:
    project = wishing(
        "aws.ec2.Subnet('part', vpc_id='vpc-12345678', cidr_block='10.0.0.0/24')\n"
        "aws.lb.TargetGroup('wrong', port=99999, protocol='HTTP', vpc_id='vpc-12345678')\n"
    )
    said = project.pulumi("up", "--yes", "--skip-preview", expect=FAILED)
    assert "InvalidVpcID.NotFound" in said or "expected port to be in the range" in said
    assert "aws:index/" not in said


def test_what_the_stand_in_does_not_know_is_told(wishing: Callable[[str], Project]) -> None:
    project = wishing("aws.sfn.Activity('x')")
    said = project.pulumi("preview", expect=FAILED)
    assert "the stand-in for the aws plugin has no type 'aws:sfn/activity:Activity'" in said
    assert "local/plugins/aws/types.py" in said


def test_what_the_provider_does_not_know_is_told(wishing: Callable[[str], Project]) -> None:
    project = wishing("aws.cloudwatch.LogGroup('logs', deletion_protection_enabled=True)")
    said = project.pulumi("preview", expect=FAILED)
    assert "deletionProtectionEnabled" in said


def test_a_secret_is_one_for_ever(wishing: Callable[[str], Project]) -> None:
    hidden = "hush-hush-8642"
    project = wishing(
        f"made = aws.ssm.Parameter('secret', name='/x', type='SecureString', value=pulumi.Output.secret('{hidden}'))\n"
        "pulumi.export('value', made.value)\n"
        "pulumi.export('read', aws.ssm.get_parameter_output(name=made.name).value)\n"
    )
    said = project.pulumi("up", "--yes", "--skip-preview") + project.pulumi("preview", "--diff")
    assert hidden not in said
    assert hidden not in project.state_text
    assert project.pulumi("stack", "output", "value", "--show-secrets").strip() == hidden


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_nothing_outlives_the_engine(
    wishing: Callable[[str], Project], plugin: Ready, number: signal.Signals, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    project = wishing(
        "import pathlib, time\n"
        "vpc = aws.ec2.Vpc('net', cidr_block='10.0.0.0/16')\n"
        f"vpc.id.apply(lambda _: (pathlib.Path({str(mark)!r}).touch(), time.sleep(600)))\n"
    )
    running = project.started("up", "--yes", "--skip-preview")
    try:
        until(mark.exists, "the network is there", PATIENCE)
        mine = project.env["PULUMI_BACKEND_URL"]
        ours = [one for one in psutil.process_iter() if environ(one).get("PULUMI_BACKEND_URL") == mine]
        names = [words_of(one)[:1] for one in ours]
        assert any("terraform-provi" in word for words in names for word in words), names
        running.process.send_signal(number)
        until(lambda: all(gone(one) for one in ours), "all processes are gone", 90)
    finally:
        running.process.kill()
