"""What the lab's instance refresh says of itself, without a machine."""

from pathlib import Path
from xml.etree import ElementTree

from tests.engine.bootlab.cloud import Cloud
from tests.engine.bootlab.door import NAMESPACE
from tests.engine.bootlab.host import Host
from tests.engine.bootlab.metadata import Facts
from tests.engine.bootlab.refresh import Actions, Refresh
from tests.engine.bootlab.scaling import Player

RAISED = f"""\
<DescribeAutoScalingGroupsResponse xmlns="{NAMESPACE}"><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>
<AutoScalingGroupName>servers</AutoScalingGroupName><DesiredCapacity>4</DesiredCapacity><Instances/>
</member></AutoScalingGroups></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>
"""


def _no_host(facts: Facts) -> Host:
    raise AssertionError(facts)


def _desired(tmp_path: Path, refresh: Refresh) -> str | None:
    player = Player(Cloud("http://127.0.0.1:9", "eu-central-1"), _no_host, tmp_path / "log")
    said = Actions(player, [refresh]).groups(RAISED)
    return ElementTree.fromstring(said).findtext(".//{*}DesiredCapacity")


def test_a_group_desires_as_many_instances_while_it_is_refreshed_as_before(tmp_path: Path) -> None:
    assert _desired(tmp_path, Refresh("a", "servers", wanted=3, target=2, surge=1)) == "3"


def test_a_group_desires_what_moto_says_when_it_is_not_refreshed(tmp_path: Path) -> None:
    ended = Refresh("a", "servers", wanted=3, target=2, surge=1, status="Successful")
    other = Refresh("a", "general", wanted=3, target=2, surge=1)
    assert _desired(tmp_path, ended) == _desired(tmp_path, other) == "4"
