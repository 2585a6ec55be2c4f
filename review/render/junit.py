"""A review as JUnit XML, which build machines count: a test for each rule (pure)."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from policies.model import Level
from policies.rule import Rule
from review.findings import Finding
from review.result import Result

_UNFIT = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
"""What XML can't hold."""


def document(result: Result) -> str:
    """The whole document. What is mandatory and broken has failed; advice is told in what a test has printed."""
    suite = Xml.Element("testsuite", name=result.environment)
    failures = 0
    for rule in result.rules:
        found = result.of(rule.name)
        case = Xml.SubElement(suite, "testcase", classname=f"{result.environment}.{rule.domain}", name=rule.name)
        failures += _judge(case, rule, found, advice_counts=result.advice_counts)
    preview = Xml.SubElement(suite, "testcase", classname=result.environment, name="preview")
    if result.plan.errors:
        _with_text(Xml.SubElement(preview, "error", message="the preview failed"), "\n".join(result.plan.errors))
    numbers = {
        "tests": str(len(result.rules) + 1),
        "failures": str(failures),
        "errors": str(int(bool(result.plan.errors))),
    }
    suite.attrib |= numbers
    whole = Xml.Element("testsuites", {"name": "policies", **numbers})
    whole.append(suite)
    Xml.indent(whole)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(whole, encoding="unicode")}\n'


def _judge(case: Xml.Element, rule: Rule, found: Sequence[Finding], *, advice_counts: bool) -> bool:
    failed = [one for one in found if one.level is Level.MANDATORY or advice_counts]
    if failed:
        failure = Xml.SubElement(case, "failure", type=str(failed[0].level), message=_fit(failed[0].message))
        _with_text(failure, f"{_told(failed)}\n\nfix: {rule.fix}")
    if advice := [one for one in found if one not in failed]:
        _with_text(Xml.SubElement(case, "system-out"), f"{_told(advice)}\n\nfix: {rule.fix}")
    return bool(failed)


def _told(found: Sequence[Finding]) -> str:
    return "\n".join(f"{one.level}: {one.subject + ': ' if one.subject else ''}{one.message}" for one in found)


def _with_text(element: Xml.Element, text: str) -> None:
    element.text = _fit(text)


def _fit(text: str) -> str:
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
