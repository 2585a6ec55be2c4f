"""What may go on to the next environment."""

import subprocess
from pathlib import Path

import pytest

from review.parity import promotion as module
from review.parity.promotion import chosen_version, merged_choices, promotions

OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def ran(wanted: str, *merged: str) -> tuple[bool, bool]:
    """Whether it is named by its digest, and whether it ran."""
    found = promotions("qa", "prod", {"pods": {"version": wanted}}, [{"pods": version} for version in merged])
    return found.services[0].pinned, found.services[0].ran


def test_what_runs_there_now_ran_there() -> None:
    assert ran(NEW, NEW) == (True, True)


def test_what_ran_there_once_did_too() -> None:
    assert ran(OLD, NEW, OLD) == (True, True)


def test_what_is_elsewhere_new_did_not() -> None:
    assert ran(NEW, OLD) == (True, False)


def test_a_tag_is_no_digest() -> None:
    assert ran("1.0.0", "1.0.0") == (False, True)


def test_a_service_that_the_earlier_one_does_not_have_did_not_run_there() -> None:
    (found,) = promotions("qa", "prod", {"pods": {"version": NEW}}, []).services
    assert (found.before, found.ran) == ("", False)


@pytest.mark.parametrize(
    ("description", "chosen"),
    [
        ({"version": NEW}, NEW),
        ({"image": f"registry.example:5000/pods@{NEW}"}, NEW),
        ({"image": f"registry.example/pods:1@{NEW}", "version": "1"}, NEW),
        ({"image": "registry.example/pods:1"}, "registry.example/pods:1"),
        ({"version": "sha256:abc"}, "sha256:abc"),
        ({}, ""),
    ],
)
def test_what_is_to_run(description: dict[str, str], chosen: str) -> None:
    assert chosen_version(description) == chosen


def git(directory: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", *words],
        cwd=directory,
        check=True,
        capture_output=True,
    )


def commit(directory: Path, version: str) -> None:
    (directory / "Pulumi.qa.yaml").write_text(f"config:\n  foxden:services:\n    pods: {{version: '{version}'}}\n")
    git(directory, "add", ".")
    git(directory, "commit", "-m", version)


def test_the_repository_remembers_what_ran_and_only_what_was_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    git(whole, "init", "-b", "main")
    commit(whole, OLD)
    git(whole, "checkout", "-b", "branch")
    commit(whole, "sha256:tried-on-a-branch")
    commit(whole, NEW)
    git(whole, "checkout", "main")
    git(whole, "merge", "--no-ff", "branch")
    monkeypatch.setattr(module, "REPO", whole)
    assert merged_choices("qa") == ([{"pods": NEW}, {"pods": OLD}], True)
    git(tmp_path, "clone", "--depth", "1", whole.as_uri(), "shallow")
    monkeypatch.setattr(module, "REPO", tmp_path / "shallow")
    assert merged_choices("qa") == ([{"pods": NEW}], False)


def test_a_branch_that_brings_both_environments_a_new_image_promotes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-b", "main")
    commit(tmp_path, OLD)
    git(tmp_path, "checkout", "-b", "branch")
    commit(tmp_path, NEW)
    monkeypatch.setattr(module, "REPO", tmp_path)
    assert merged_choices("qa") == ([{"pods": OLD}], True)
    (found,) = promotions("qa", "prod", {"pods": {"version": NEW}}, *merged_choices("qa")).services
    assert (found.before, found.ran) == (OLD, False)


def test_what_was_merged_is_what_the_others_have_and_not_what_this_clone_adds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").mkdir()
    git(tmp_path / "there", "init", "-b", "main")
    commit(tmp_path / "there", OLD)
    git(tmp_path, "clone", (tmp_path / "there").as_uri(), "here")
    commit(tmp_path / "here", NEW)
    monkeypatch.setattr(module, "REPO", tmp_path / "here")
    assert merged_choices("qa") == ([{"pods": OLD}], True)
    commit(tmp_path / "there", NEW)
    git(tmp_path / "here", "fetch")
    assert merged_choices("qa") == ([{"pods": NEW}, {"pods": OLD}], True)


def test_where_there_is_no_history_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REPO", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert merged_choices("qa") == ([], False)


@pytest.mark.parametrize("text", ["", "config: 3", "config: {}", "config: {'foxden:services': 1}", ": ["])
def test_a_file_that_was_broken_once_says_nothing(text: str) -> None:
    assert module._choices(text) == {}
