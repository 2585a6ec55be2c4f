"""What the policy pack says, as a review takes it."""

from dataclasses import replace
from pathlib import Path

import pytest

from foxden import InvalidInput
from policies.model import Level, Severity, Use, Violation
from policies.pack import OWN
from policies.sources.told import VARIABLE, Told
from review import policies
from review.__main__ import main
from review.places import place
from tests.unit.review.samples import BUCKET, PODS

FOUND = Violation(BUCKET, "a-rule", "is open", Level.MANDATORY, Severity.HIGH, "close it", "aws:s3/bucket:Bucket::dev")
USE = Use(replace(FOUND, rule="another"), "ann", "for a while", "2030-01-31")


def test_what_the_pack_keeps_is_what_a_review_reads(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    told = Told({VARIABLE: str(file)})
    told.begin("dev", "dev")
    assert policies.read_judged(file) == policies.Judged(0, [], [])
    found = ((FOUND,), ())
    assert told.add(found, 3) == found
    told.add(((FOUND,), (USE,)), 1)
    assert policies.read_judged(file) == policies.Judged(4, [FOUND], [USE])
    told.begin("qa", "qa")
    assert policies.read_judged(file) == policies.Judged(0, [], [])
    assert [one.name for one in tmp_path.iterdir()] == ["report.json"]


def test_nothing_is_kept_where_nobody_asked() -> None:
    assert Told({}).add(((FOUND,), ())) == ((FOUND,), ())


def test_a_pack_that_was_never_asked_has_left_nothing(tmp_path: Path) -> None:
    assert policies.read_judged(tmp_path / "report.json") is None


def test_a_finding_has_a_place() -> None:
    (found,) = policies.findings(policies.Judged(1, [FOUND], []), "dev")
    assert (found.rule, found.level, found.urn, found.place.file) == (
        "a-rule",
        Level.MANDATORY,
        BUCKET,
        "Pulumi.dev.yaml",
    )


def test_rules_that_are_not_looked_at_are_left_out() -> None:
    names = [rule.name for rule in policies.rules("prod")]
    assert len(names) == len(set(names)) > 40
    assert set(OWN) <= set(names)


def test_a_place_is_the_line_that_chooses_what_it_is_named_after(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "services.py").write_text('SERVICES = {\n    "pods": {},\n    "web": {},\n}\n')
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  foxden:services:\n    pods: {}\n    pods-more: {}\n")
    lines = {
        name: place(PODS.replace("::pods", f"::{name}"), "dev", tmp_path) for name in ("pods", "pods-more-x", "web")
    }
    assert {name: (where.file, where.line) for name, where in lines.items()} == {
        "pods": ("Pulumi.dev.yaml", 3),
        "pods-more-x": ("Pulumi.dev.yaml", 4),
        "web": ("stacks/services.py", 3),
    }
    assert place("", "dev", tmp_path) == place(BUCKET, "dev", tmp_path) == place("", "dev", tmp_path / "none")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["policy", "--stack", "nowhere"], "error: no environment 'nowhere'"),
        (["policy", "--stack", "local", "--over", "simulated"], "there is nothing to simulate"),
    ],
)
def test_what_can_not_be_judged_ends_with_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_bad_input_ends_with_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> None:
        raise InvalidInput(["stacks/differences.yaml: it is not so"])  # type: ignore[list-item]

    monkeypatch.setattr("review.standing.report", refuse)
    assert main(["parity"]) == 2
    assert capsys.readouterr().err == "error: stacks/differences.yaml: it is not so\n"


def test_the_environments_of_this_repository_stand_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parity", "--meant"]) == 0
    said = capsys.readouterr().out
    assert "0 surprises" in said
    assert "cluster.cloud" in said
