"""The policy pack under the real engine: the same answers there as from mocks and from a state."""

import json
import runpy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from local.paths import REPO
from policies.model import Level, Resource
from policies.pack import load
from policies.sources.state import read_state
from tests.engine.plugins.projects import FAILED, Project
from tests.mocks import run
from tests.policies.recorded import resources

PACK = ("--policy-pack", str(REPO / "policies"))
Line = tuple[str, str, str, str]
"""Resource, rule, level and message."""

JOB: dict[str, Any] = {
    "ID": "pods",
    "Name": "pods",
    "Namespace": "three-places",
    "Datacenters": ["*"],
    "TaskGroups": [
        {
            "Name": "pods",
            "Count": 1,
            "Update": {"MaxParallel": 1, "HealthCheck": "task_states", "AutoRevert": False},
            "Tasks": [
                {
                    "Name": "main",
                    "Driver": "raw_exec",
                    "Config": {"command": "/bin/sleep", "args": ["3600"]},
                    "Env": {"DB_PASSWORD": "hunter2"},
                    "Resources": {"CPU": 50, "MemoryMB": 32},
                }
            ],
        }
    ],
}
BAD: dict[str, Any] = {
    "nomad_Namespace": {"place": {"name": "three-places"}},
    "nomad_AclPolicy": {"wide": {"name": "three-places", "rules_hcl": 'namespace "*" {\n  policy = "write"\n}\n'}},
    "nomad_Variable": {
        "open": {"namespace": "three-places", "path": "open", "items": {"value": "x"}, "after": ["place"]},
        "kept": {
            "namespace": "three-places",
            "path": "kept",
            "items": {"secret": {"value": "y"}},
            "after": ["place"],
        },
    },
    "nomad_Job": {"pods": {"jobspec": json.dumps(JOB), "json": True, "after": ["place"]}},
}
BROKEN = {"acl-narrow", "in-a-component", "job-enclosed", "job-release-watched", "no-secret-in-job"}
"""Rules that it breaks, among others."""


def lines(found: Iterable[Resource]) -> list[Line]:
    """What the pack says of resources by itself."""
    report = load().judge(found, "dev")
    return [(each.urn, each.rule, each.level, f"{each.message}: {each.fix}") for each in report.violations]


def told(project: Project, *words: str, expect: int = 0) -> list[Line]:
    """What the engine tells of the pack while it does what it is asked."""
    events = project.directory / "events"
    events.unlink(missing_ok=True)
    project.env["PULUMI_DEBUG_COMMANDS"] = "true"  # for --event-log
    project.done(*words, *PACK, "--event-log", str(events), expect=expect)
    found = [json.loads(line).get("policyEvent") for line in events.read_text().splitlines()]
    return sorted(
        (each["resourceUrn"], each["policyName"], each["enforcementLevel"], plain(each["message"]))
        for each in found
        if each
    )


def plain(message: str) -> str:
    """Without the engine's colours."""
    return message.replace("<{%reset%}>", "").strip()


def test_one_program_is_judged_alike_in_three_places(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.wish(**BAD)
    project.up()
    monkeypatch.chdir(project.directory)
    mocked = resources(run(lambda: runpy.run_path(str(Path("__main__.py"))), stack="dev"))
    from_mocks = lines(mocked)
    from_state = lines(read_state(project.state_text))
    from_engine = told(project, "preview", expect=FAILED)
    own = [(urn.replace("::foxden::", f"::{project.name}::"), *rest) for urn, *rest in from_mocks]
    assert {rule for _, rule, *_ in from_mocks} >= BROKEN
    assert sorted(own) == sorted(from_state) == from_engine


def test_what_is_forbidden_is_not_made(project: Project) -> None:
    project.wish(nomad_Namespace={"place": {"name": "forbidden"}}, nomad_AclPolicy=BAD["nomad_AclPolicy"])
    found = told(project, "up", "--yes", "--skip-preview", expect=FAILED)
    assert ("acl-narrow", Level.MANDATORY) in {(rule, level) for _, rule, level, _ in found}
    assert "wide" not in project.state()
