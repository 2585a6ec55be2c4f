"""The alarms that the library renders, on series that are told to Prometheus' own judge of rules."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from foxden.schedulers.kubernetes.addons.prometheus_config import rules
from local.toolchain.checkers import PROMTOOL, ensure
from tests.engine.alarms.cases import CASES, END, STEP, Case, Series

RULES = {rule["alert"]: rule for group in rules()["groups"] for rule in group["rules"]}
_SECONDS = {"m": 60, "h": 3600}


def judged(work: Path, *tests: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """What promtool says of all rules in these cases."""
    (work / "rules.yml").write_text(json.dumps(rules()))
    file = work / "tests.yml"
    file.write_text(json.dumps({"rule_files": ["rules.yml"], "evaluation_interval": f"{STEP}s", "tests": tests}))
    command = [str(ensure(PROMTOOL)), "test", "rules", str(file)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def told(name: str, series: list[Series], firing: dict[str, int], since: int = 0) -> dict[str, Any]:
    """Series, and at how many looks each alarm was raised from then on; one that is not named never was."""
    raised = f'sum by (alertname) (count_over_time(ALERTS{{alertstate="firing"}}[{END - since}s]))'
    samples = [{"labels": f'{{alertname="{alarm}"}}', "value": count} for alarm, count in firing.items()]
    return {
        "name": name,
        "interval": f"{STEP}s",
        "input_series": [{"series": series, "values": values} for series, values in series],
        "promql_expr_test": [{"expr": raised, "eval_time": f"{END}s", "exp_samples": samples}],
    }


def raised(alarm: str, case: Case) -> dict[str, Any]:
    """Not one look too early, from then on at each, and no other one with it."""
    duration = RULES[alarm]["for"]
    since = case.begins + int(duration[:-1]) * _SECONDS[duration[-1]]
    read = {"exp_labels": dict(case.labels), "exp_annotations": {"summary": case.says}}
    return told(f"{alarm} is raised", list(case.fires), {alarm: (END - since) // STEP}, since) | {
        "alert_rule_test": [
            {"eval_time": f"{since - STEP}s", "alertname": alarm, "exp_alerts": []},
            {"eval_time": f"{since}s", "alertname": alarm, "exp_alerts": [read]},
        ]
    }


def test_every_alarm_has_a_case_and_every_case_is_of_an_alarm() -> None:
    assert list(CASES) == list(RULES)
    assert all(case.fires and case.quiet for case in CASES.values())


@pytest.mark.parametrize("alarm", CASES)
def test_an_alarm_is_raised_when_there_is_a_reason_and_only_then(alarm: str, tmp_path: Path) -> None:
    case = CASES[alarm]
    quiet = [told(f"{alarm}: {why}", list(series), {}) for why, series in case.quiet.items()]
    done = judged(tmp_path, raised(alarm, case), *quiet)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_read_otherwise_or_raised_without_reason_would_be_told(tmp_path: Path) -> None:
    wrong = raised("JobFailed", CASES["JobFailed"])
    wrong["alert_rule_test"][1]["exp_alerts"][0]["exp_annotations"] = {"summary": "all is well"}
    done = judged(tmp_path, wrong, told("never", list(CASES["TargetDown"].fires), {}))
    assert done.returncode == 1
    assert "qa/migrate has failed" in done.stdout + done.stderr
    assert 'got: {alertname="TargetDown"}' in done.stdout + done.stderr
