"""What Pulumi's engine says, made short."""

from typing import Any

import pytest

from local.commands.pulumi_events import Narrator, is_structure, label

JOB = "urn:pulumi:local::foxden::foxden:index:Services$foxden:index:Service$nomad:index/job:Job::pods"
COMPONENT = "urn:pulumi:local::foxden::foxden:index:Services$foxden:index:Service::pods"
STACK = "urn:pulumi:local::foxden::pulumi:pulumi:Stack::foxden-local"
PROVIDER = "urn:pulumi:local::foxden::foxden:index:ExistingCluster$pulumi:providers:nomad::cluster-nomad"


def before(operation: str, urn: str = JOB) -> dict[str, Any]:
    return {"resourcePreEvent": {"metadata": {"op": operation, "urn": urn}}}


def after(operation: str, urn: str = JOB) -> dict[str, Any]:
    return {"resOutputsEvent": {"metadata": {"op": operation, "urn": urn}}}


def diagnostic(severity: str, message: str, urn: str = "") -> dict[str, Any]:
    return {"diagnosticEvent": {"severity": severity, "message": message, "urn": urn}}


def heard(narrator: Narrator, *events: dict[str, Any]) -> list[str]:
    return [line for event in events for line in narrator.hear(event)]


def test_what_exists_outside_is_told_and_structure_is_not() -> None:
    assert label(JOB) == "Job pods"
    assert [is_structure(urn) for urn in (JOB, COMPONENT, STACK, PROVIDER)] == [False, True, True, True]


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ("create", ["created Job pods"]),
        ("update", ["updated Job pods"]),
        ("delete", ["removed Job pods"]),
        ("create-replacement", ["created anew Job pods"]),
        ("same", []),
        ("replace", []),
        ("discard", ["discard Job pods"]),
    ],
)
def test_what_is_done_is_said_once(operation: str, said: list[str]) -> None:
    narrator = Narrator()
    assert heard(narrator, before(operation), after(operation)) == said
    assert narrator.changed == len(said)
    assert narrator.under_way == {}


def test_what_is_under_way_is_known() -> None:
    narrator = Narrator()
    heard(narrator, before("create"), before("create", COMPONENT), before("same", JOB + "2"))
    assert list(narrator.under_way.values()) == ["creating Job pods"]


def test_a_failure_is_told_and_is_not_under_way_any_more() -> None:
    narrator = Narrator()
    failed = {"resOpFailedEvent": {"metadata": {"op": "update", "urn": JOB}}}
    assert heard(narrator, before("update"), failed) == ["failed: Job pods"]
    assert (narrator.under_way, narrator.changed) == ({}, 0)


def test_errors_are_kept_once_with_the_resource_and_without_colours() -> None:
    narrator = Narrator()
    heard(
        narrator,
        diagnostic("error", "<{%fg 1%}>bad\x1b[0m<{%reset%}>\n", JOB),
        diagnostic("error", "bad", JOB),
        diagnostic("error", "service 'pods': port must be ...", STACK),
        diagnostic("error", "update failed"),
        diagnostic("warning", "take care"),
        diagnostic("info", "hello"),
        diagnostic("error", "  "),
    )
    assert narrator.errors == ["Job pods: bad", "service 'pods': port must be ..."]


def test_a_run_that_was_cut_off_is_noticed() -> None:
    narrator = Narrator()
    heard(narrator, diagnostic("warning", "Attempting ... with 2 pending operations from previous deployment.\n"))
    assert narrator.pending
    assert heard(narrator, {"summaryEvent": {}}, {"cancelEvent": {}}, {}) == []
