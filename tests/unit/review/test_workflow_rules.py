"""What the workflows may do, and whose code they run."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.paths import REPO

GITHUB = REPO / ".github"
WORKFLOWS = {file.name: yaml.safe_load(file.read_text()) for file in sorted((GITHUB / "workflows").glob("*.yml"))}
TEXTS = {file.name: file.read_text() for file in sorted(GITHUB.rglob("*.yml"))}
JOBS = [(name, job, what) for name, workflow in WORKFLOWS.items() for job, what in workflow["jobs"].items()]
TRIGGERS = True
"""What YAML makes of the key `on`."""
TESTED = "${{ github.event.workflow_run.head_sha || github.sha }}"
"""The commit whose tests have passed; by hand the branch's last one."""


def uses() -> Iterator[str]:
    for text in TEXTS.values():
        yield from re.findall(r"uses: (.+)", text)


def test_there_are_as_many_as_are_meant() -> None:
    assert set(WORKFLOWS) == {"deploy.yml", "drift.yml", "pull-request.yml", "test.yml", "up.yml"}


def test_whatever_is_not_ours_is_pinned_to_a_commit_with_its_version_beside_it() -> None:
    others = [one for one in uses() if not one.startswith("./")]
    assert len(others) > 10
    assert [one for one in others if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []
    pins: dict[str, set[str]] = {}
    for one in others:
        pins.setdefault(one.partition("@")[0], set()).add(one)
    assert [pins[name] for name in pins if len(pins[name]) > 1] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_may_be_done_that_a_job_does_not_ask_for(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] in ({}, {"contents": "read"})


@pytest.mark.parametrize(("name", "job", "what"), JOBS, ids=[f"{name}-{job}" for name, job, _ in JOBS])
def test_a_job_writes_nothing_but_what_it_is_for(name: str, job: str, what: dict[str, Any]) -> None:
    asked = {key for key, value in what.get("permissions", {}).items() if value == "write"}
    may = {("pull-request.yml", "comment"): {"pull-requests"}}
    assert asked <= may.get((name, job), {"id-token", "security-events"})


@pytest.mark.parametrize(("name", "job", "what"), JOBS, ids=[f"{name}-{job}" for name, job, _ in JOBS])
def test_a_job_ends_and_keeps_no_token_where_scripts_can_find_it(name: str, job: str, what: dict[str, Any]) -> None:
    if "uses" in what:  # of a workflow of ours, that is looked at itself
        return
    assert what["timeout-minutes"] <= 180
    checkouts = [step for step in what["steps"] if "actions/checkout" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_no_key_is_stored_anywhere() -> None:
    assert [name for name, text in TEXTS.items() if re.search(r"secrets\.|aws-(secret-)?access-key", text)] == []


def test_no_script_is_made_of_what_somebody_else_wrote() -> None:
    steps = [step for _, _, what in JOBS for step in what.get("steps", [])]
    scripts = [step["run"] for step in steps if "run" in step]
    assert len(scripts) > 10
    assert [script for script in scripts if "${{" in script] == []


def test_a_pull_request_runs_with_rights_of_its_own_alone() -> None:
    assert [name for name, workflow in WORKFLOWS.items() if "pull_request_target" in workflow[TRIGGERS]] == []
    comment = WORKFLOWS["pull-request.yml"]["jobs"]["comment"]
    assert comment["steps"][0]["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"


def test_environments_come_one_after_another_and_all_of_those_on_a_cloud() -> None:
    chain = WORKFLOWS["deploy.yml"]["jobs"]
    files = {
        Path(file).name.split(".")[1]
        for file in REPO.glob("Pulumi.*.yaml")
        if "foxden:inherits" not in file.read_text()
    }
    assert list(chain) == [name for name in ("dev", "qa", "prod") if name in files]
    for before, name in zip([None, *chain], chain, strict=False):
        assert chain[name]["with"] == {"stack": name, "commit": TESTED}
        assert chain[name].get("needs") == before
    for name, job in (("pull-request.yml", "review"), ("drift.yml", "drift")):
        assert WORKFLOWS[name]["jobs"][job]["strategy"]["matrix"]["stack"] == list(chain)


def test_nothing_is_deployed_that_the_tests_have_not_passed() -> None:
    deploy, test = WORKFLOWS["deploy.yml"], WORKFLOWS["test.yml"]
    assert set(deploy[TRIGGERS]) == {"workflow_run", "workflow_dispatch"}
    awaited = deploy[TRIGGERS]["workflow_run"]
    assert awaited == {"workflows": [test["name"]], "types": ["completed"], "branches": ["main"]}
    assert test[TRIGGERS]["push"] == {"branches": ["main"]}
    condition = " ".join(deploy["jobs"]["dev"]["if"].split())
    assert condition == (
        "github.event_name == 'workflow_dispatch' || (github.event.workflow_run.conclusion == 'success' && "
        "github.event.workflow_run.event == 'push' && "
        "github.event.workflow_run.head_repository.full_name == github.repository)"
    )
    checkout = WORKFLOWS["up.yml"]["jobs"]["up"]["steps"][1]
    assert "actions/checkout" in checkout["uses"] and checkout["with"]["ref"] == "${{ inputs.commit }}"


def test_tests_of_what_is_merged_are_never_cut_off() -> None:
    assert WORKFLOWS["test.yml"]["concurrency"]["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"


def test_a_deployment_is_never_cut_off() -> None:
    job = WORKFLOWS["up.yml"]["jobs"]["up"]
    assert job["environment"] == "${{ inputs.stack }}"
    # One that waits for prod's approval must not hold back the next one's dev.
    assert job["concurrency"] == {"group": "deploy-${{ inputs.stack }}"}
    assert "concurrency" not in WORKFLOWS["deploy.yml"]


def test_what_is_there_is_judged_even_when_something_drifted() -> None:
    *_, preview, audit = WORKFLOWS["drift.yml"]["jobs"]["drift"]["steps"]
    assert "--expect-no-changes" in preview["run"]
    assert audit["run"] == 'make audit STACK="$STACK" REFRESH=1'
    assert "!cancelled()" in audit["if"]
