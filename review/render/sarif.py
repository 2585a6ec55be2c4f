"""A review as SARIF 2.1.0, which code hosts show beside the lines that are changed (pure)."""

import hashlib
from collections.abc import Mapping
from typing import Any

from policies.model import Level, Severity, Use
from policies.rule import Rule
from review.findings import Finding, Place
from review.result import Result

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
TOOL = "foxden-policies"

_LEVELS = {Level.MANDATORY: "error", Level.ADVISORY: "warning", Level.DISABLED: "none"}
_SEVERITIES = {Severity.LOW: "3.0", Severity.MEDIUM: "5.5", Severity.HIGH: "8.0", Severity.CRITICAL: "9.5"}
"""What code hosts order findings by: from 0 to 10, in the bands of CVSS."""
_ROOT = "REPOSITORY"


def document(result: Result) -> dict[str, Any]:
    """The whole document, as JSON takes it."""
    places = {rule.name: place for place, rule in enumerate(result.rules)}
    found = [_result(finding, places) for finding in result.findings]
    found += [_suppressed(use, places, result.environment) for use in result.exempted]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": TOOL, "rules": [_rule(rule) for rule in result.rules]}},
                "automationDetails": {"id": f"{TOOL}/{result.environment}/"},
                "originalUriBaseIds": {_ROOT: {"description": {"text": "the root of the repository"}}},
                "invocations": [_invocation(result)],
                "results": found,
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    references = f"\n\nReferences: {', '.join(rule.references)}" if rule.references else ""
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": f"{rule.what}. {rule.why}."},
        "help": {"text": f"{rule.fix}{references}"},
        "properties": {
            "tags": [rule.domain, *rule.references],
            "severity": rule.severity,
            "security-severity": _SEVERITIES[rule.severity],
        },
    }


def _invocation(result: Result) -> dict[str, Any]:
    told = [{"level": "error", "message": {"text": error}} for error in result.plan.errors]
    return {"executionSuccessful": not told, **({"toolExecutionNotifications": told} if told else {})}


def _result(finding: Finding, places: Mapping[str, int]) -> dict[str, Any]:
    return {
        **_about(finding.rule, places),
        "level": _LEVELS[finding.level],
        "message": {"text": finding.message},
        "locations": [_location(finding.place, finding.urn)],
        "partialFingerprints": {"finding/v1": _fingerprint(finding.rule, finding.urn, finding.place.file)},
    }


def _suppressed(use: Use, places: Mapping[str, int], environment: str) -> dict[str, Any]:
    found = use.violation
    finding = Finding(found.rule, found.level, found.message, found.urn, Place(f"Pulumi.{environment}.yaml"))
    reason = f"{use.reason} ({use.owner}, until {use.expires})"
    return {
        **_result(finding, places),
        "suppressions": [{"kind": "external", "status": "accepted", "justification": reason}],
    }


def _about(rule: str, places: Mapping[str, int]) -> dict[str, Any]:
    return {"ruleId": rule, **({"ruleIndex": places[rule]} if rule in places else {})}


def _location(place: Place, urn: str) -> dict[str, Any]:
    where: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": place.file, "uriBaseId": _ROOT},
            "region": {"startLine": place.line},
        }
    }
    if urn:
        where["logicalLocations"] = [{"name": urn.rpartition("::")[2], "fullyQualifiedName": urn, "kind": "resource"}]
    return where


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
