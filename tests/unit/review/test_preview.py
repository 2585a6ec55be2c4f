"""Over what an environment is previewed, and what of it is a failure."""

from pathlib import Path

import boto3  # type: ignore[import-untyped]
import pytest
from cryptography import x509

from foxden.schedulers.base import nodes
from local.errors import LocalError
from policies.sources.told import VARIABLE, Told
from review import preview as module
from review import seeds
from review.plan import Planner
from review.preview import Over, preview
from stacks.settings import settings_in_files
from tests.unit.review.test_policies import FOUND


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which way was taken."""
    ways: list[str] = []
    monkeypatch.setattr(
        module, "_simulated", lambda settings, why, report, base: ways.append(f"simulated, for {why}{base}")
    )
    monkeypatch.setattr(module, "_deployed", lambda settings, report: ways.append("stack"))
    return ways


def over(monkeypatch: pytest.MonkeyPatch, *, backend: bool, credentials: bool) -> None:
    if backend:
        monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://it")
    else:
        monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    monkeypatch.setattr(boto3.session.Session, "get_credentials", lambda self: "some" if credentials else None)


@pytest.mark.parametrize(
    ("backend", "credentials", "way"),
    [
        (True, True, "stack"),
        (True, False, "simulated, for there are no credentials for aws"),
        (False, True, "simulated, for no PULUMI_BACKEND_URL says where its state is"),
    ],
)
def test_a_stack_that_can_not_be_reached_is_simulated(
    backend: bool, credentials: bool, way: str, taken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    over(monkeypatch, backend=backend, credentials=credentials)
    preview("dev", None, print)
    assert taken == [way]


def test_who_asks_for_one_gets_it(taken: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    over(monkeypatch, backend=True, credentials=True)
    preview("dev", Over.SIMULATED, print)
    over(monkeypatch, backend=False, credentials=False)
    preview("dev", Over.STACK, print)
    preview("local", None, print)
    assert taken == ["simulated, for it was asked for", "stack", "stack"]


def test_an_earlier_commit_is_for_a_simulated_cloud(taken: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    over(monkeypatch, backend=True, credentials=True)
    preview("dev", Over.SIMULATED, print, base=", after abc")
    assert taken == ["simulated, for it was asked for, after abc"]
    with pytest.raises(LocalError, match="--base is for a simulated cloud"):
        preview("dev", None, print, base="abc")


def ended(tmp_path: Path, code: int, *, asked: bool, broken: bool = False, error: str = "") -> tuple[str, ...]:
    file, log, planner = tmp_path / "report.json", tmp_path / "log", Planner()
    log.write_text("it all went wrong\n")
    told = Told({VARIABLE: str(file)} if asked else {})
    told.begin("dev", "dev")
    told.add(((FOUND,), ()) if broken else ((), ()))
    if error:
        list(planner.hear({"diagnosticEvent": {"severity": "error", "message": error}}))
    return module.previewed(code, planner, file, log, "").plan.errors


def test_a_preview_that_the_policies_stopped_has_not_failed(tmp_path: Path) -> None:
    assert ended(tmp_path, 255, asked=True, broken=True) == ()
    assert ended(tmp_path, 0, asked=True) == ()


def test_whatever_else_stopped_it_has(tmp_path: Path) -> None:
    assert ended(tmp_path, 255, asked=True) == ("pulumi ended with 255:\nit all went wrong",)
    assert ended(tmp_path, 255, asked=True, broken=True, error="no such region") == ("no such region",)


def test_what_the_policies_were_never_asked_about_is_not_judged(tmp_path: Path) -> None:
    assert ended(tmp_path, 0, asked=False) == ("the policy pack was never asked",)
    assert ended(tmp_path, 1, asked=False, error="no such region") == ("no such region",)


def test_what_only_a_running_cluster_knows_is_made_up() -> None:
    settings = settings_in_files("dev")
    found = seeds.parameters(settings)
    kept = nodes(settings.scheduler).KEPT
    assert {f"/foxden/dev/{path}" for path in kept.values()} | {"/foxden/dev/secrets/pods-api-key"} == set(found)
    authority = x509.load_pem_x509_certificate(found[f"/foxden/dev/{kept['ca']}"].encode())
    assert authority.subject == authority.issuer
