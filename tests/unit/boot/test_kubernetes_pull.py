"""An image is pulled as the kubelet will pull it, before the kubelet is there; programs are stand-ins in a folder."""

import json
from pathlib import Path
from typing import Any

import pytest

from foxden.boot.files.node.kubernetes import pull as pulling
from foxden.boot.files.node.kubernetes.pull import full_name, login, matches, pull
from foxden.boot.files.node.rest import ApiError
from tests.unit.boot.fakes import FakeParameters, worker

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
IMAGE = f"{ECR}/pods:1"
CTR = """\
#!/bin/sh
echo "$@" >{0}/words
case "$*" in *--user*) read -r secret; echo "$secret" >{0}/secret;; esac
{1}
"""
PROVIDER = "#!/bin/sh\ncat >{0}/asked\n{1}\n"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pulling, "_CTR", (str(tmp_path / "ctr"), *pulling._CTR[1:]))
    monkeypatch.setattr(pulling, "_PROVIDERS", tmp_path)
    _program(tmp_path / "ctr", CTR)
    answer = {"auth": {ECR: {"username": "AWS", "password": "hush"}}}
    _program(tmp_path / "ecr-credential-provider", PROVIDER, f"echo '{json.dumps(answer)}'")
    return tmp_path


def _program(file: Path, text: str, end: str = "") -> None:
    file.write_text(text.format(file.parent, end))
    file.chmod(0o700)


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1", "docker.io/library/nginx:1"),
        ("me/app@sha256:00", "docker.io/me/app@sha256:00"),
        ("localhost/app:1", "localhost/app:1"),
        ("registry:5000/app", "registry:5000/app:latest"),
        (IMAGE, IMAGE),
    ],
)
def test_a_short_name_is_one_of_docker_hubs(short: str, full: str) -> None:
    assert full_name(short) == full


def test_a_pattern_stands_for_as_many_parts_as_it_has() -> None:
    assert matches("*.dkr.ecr.*.amazonaws.com", ECR)
    assert not matches("*.dkr.ecr.*.amazonaws.com", f"{ECR}.cn")
    assert not matches("*.amazonaws.com", ECR)


def test_the_node_shows_the_registry_who_it_is_and_nobody_sees_it(programs: Path) -> None:
    done = programs / "of" / "node" / "pulled"
    pull(worker(pull_test=IMAGE, registries=(ECR,)), FakeParameters(), done)
    asked = json.loads((programs / "asked").read_text())
    assert (asked["kind"], asked["image"]) == ("CredentialProviderRequest", IMAGE)
    words = (programs / "words").read_text().split()
    assert words[:4] == ["--namespace", "k8s.io", "images", "pull"]
    assert words[-3:] == ["--user", "AWS", IMAGE]
    assert (programs / "secret").read_text() == "hush\n"
    (programs / "words").unlink()
    pull(worker(pull_test=IMAGE), FakeParameters(), done)
    assert not (programs / "words").exists(), "once is enough"


@pytest.mark.parametrize("facts", [{}, {"pull_test": "ghcr.io/app:1"}])
def test_what_needs_no_credential_is_pulled_without_one_and_what_is_not_wished_not_at_all(
    programs: Path, facts: dict[str, Any]
) -> None:
    pull(worker(**facts), FakeParameters(), programs / "pulled")
    assert (programs / "words").exists() == bool(facts)
    assert not (programs / "asked").exists()
    assert not (programs / "secret").exists()


def test_a_credential_that_the_cluster_keeps_is_shown_to_its_registry_alone() -> None:
    kept = FakeParameters(**{"shared/registries/ghcr.io": json.dumps({"username": "u", "password": "p:q"})})
    facts = worker(registry_credentials=("ghcr.io",))
    assert login(facts, kept, "ghcr.io/app:1") == ("u", "p:q")
    assert login(facts, kept, "quay.io/app:1") is None


@pytest.mark.parametrize("program", ["ctr", "ecr-credential-provider"])
def test_a_node_that_can_not_pull_says_why_and_goes_no_further(programs: Path, program: str) -> None:
    text = CTR if program == "ctr" else PROVIDER
    _program(programs / program, text, "echo 'began' >&2; echo 'no rights' >&2; exit 1")
    with pytest.raises(ApiError, match=rf"{IMAGE}.*: no rights\Z"):
        pull(worker(pull_test=IMAGE), FakeParameters(), programs / "pulled")
    assert not (programs / "pulled").exists()


def test_a_credential_that_a_terminal_would_cut_is_not_shown(programs: Path) -> None:
    answer = json.dumps({"auth": {ECR: {"username": "AWS", "password": "x" * 4096}}})
    _program(programs / "ecr-credential-provider", PROVIDER, f"echo '{answer}'")
    with pytest.raises(ApiError, match="longer than 4095 bytes"):
        pull(worker(pull_test=IMAGE), FakeParameters(), programs / "pulled")
    assert not (programs / "words").exists()
