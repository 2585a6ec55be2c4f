"""Providers that a program makes itself, and what they add to resources."""

from collections.abc import Callable
from typing import Any

from tests.engine.aws.projects import REGION, Project

PROGRAM = """
import pulumi, pulumi_aws as aws
provider = aws.Provider("aws", region="eu-west-1", default_tags={"tags": {"owner": "all", "environment": "test"}})
made = aws.cloudwatch.LogGroup("logs", tags={"owner": "one"}, opts=pulumi.ResourceOptions(provider=provider))
pulumi.export("all", made.tags_all)
"""


def test_a_providers_region_and_tags_reach_its_resources(
    new: Callable[[str], Project], cloud: Any, clients: Callable[[str], Any]
) -> None:
    project = new("adopted")
    (project.directory / "__main__.py").write_text(PROGRAM)
    project.up()
    assert project.preview() == {}
    assert clients("logs").describe_log_groups()["logGroups"] == [], REGION
    logs = cloud.client("logs", "eu-west-1")
    (group,) = logs.describe_log_groups()["logGroups"]
    assert group["logGroupName"].startswith("logs-")
    expected = {"owner": "one", "environment": "test"}
    assert logs.list_tags_log_group(logGroupName=group["logGroupName"])["tags"] == expected
    assert project.outputs("logs", "LogGroup")["tagsAll"] == expected
    project.destroy()
    assert logs.describe_log_groups()["logGroups"] == []
