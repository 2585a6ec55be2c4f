"""The policies over whole environments, as they are composed."""

import pytest

from policies.model import Level
from stacks.settings import Settings
from tests.graph.environments import DEMO, DEV, PROD, QA, up
from tests.policies.judging import judged, told


@pytest.mark.parametrize("chosen", [DEV, DEMO, QA, PROD], ids=lambda chosen: chosen.environment)
def test_nothing_forbids_an_environment(chosen: Settings) -> None:
    report = judged(up(chosen), chosen.environment, chosen.base)
    assert report.column == chosen.base
    assert told(report, Level.MANDATORY) == []
    assert report.judged > 10


def test_what_is_told_of_dev_is_what_is_known() -> None:
    assert told(judged(up(DEV), "dev"), Level.ADVISORY) == [
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule::dev-workers-out: lets everything out to everywhere "
        "[outgoing-limited]",
        "pulumi:providers:aws::aws: works in whichever account there are credentials of [account-named]",
    ]
