"""Variables and policies: what is refused before a server is asked."""

import pytest

from local.plugins.checking import check
from local.plugins.nomad.policy import AclPolicyHandler
from local.plugins.nomad.variable import VariableHandler, _without_items
from local.plugins.wire import UNKNOWN, Secret, Values, plain


def variable(**inputs: object) -> list[str]:
    handler = VariableHandler()
    checked, problems = check(handler.table, inputs)
    return [problem.path for problem in problems or handler.problems(plain(checked))]


def policy(job_acl: Values | object) -> list[str]:
    return [problem.path for problem in AclPolicyHandler().problems({"name": "p", "rulesHcl": "", "jobAcl": job_acl})]


@pytest.mark.parametrize("path", ["a", "foxden/secrets/x", "nomad/jobs", "nomad/jobs/web", "nomad/job-templates/a"])
def test_good_paths(path: str) -> None:
    assert variable(path=path, items={"k": "v"}) == []


@pytest.mark.parametrize("path", ["", "a.b", "a@b", "ä", "x" * 129, "nomad", "nomad/other"])
def test_bad_paths(path: str) -> None:
    assert variable(path=path, items={"k": "v"}) == ["path"]


def test_unknown_is_let_pass() -> None:
    assert variable(path=UNKNOWN, items=UNKNOWN) == []


def test_items_are_needed_and_no_other_form_is_known() -> None:
    assert variable(path="a") == ["items"]
    assert variable(path="a", itemsWo="{}", itemsWoVersion=1) == ["itemsWo", "itemsWoVersion"]


def test_items_are_secret_however_they_come() -> None:
    table = VariableHandler().table
    assert check(table, {"path": "a", "items": {"k": "v"}})[0]["items"] == Secret({"k": "v"})


def test_an_error_never_repeats_a_value() -> None:
    said = str(_without_items('refused {"k": "li\\"ne"} and plainly li"ne', {"k": 'li"ne'}))
    assert "ne" not in said.replace("[secret]", "").replace("plainly", "")


def test_a_policy_for_a_group_needs_its_job() -> None:
    assert policy({"namespace": "n", "jobId": "j", "group": "g", "task": "t"}) == []
    assert policy({"namespace": "n", "group": "g"}) == ["jobAcl.group"]
    assert policy({"namespace": "n", "jobId": "j", "task": "t"}) == ["jobAcl.task"]
    assert policy(UNKNOWN) == policy({"jobId": UNKNOWN}) == []
