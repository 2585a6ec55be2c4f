"""The files of an earlier commit."""

import subprocess
from pathlib import Path

import pytest

from local.errors import LocalError
from review.base import checked_out


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One with two commits, and a change that is in none."""
    root = tmp_path / "repository"
    (root / ".venv").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for text in ("first", "second"):
        (root / "file").write_text(text)
        subprocess.run(["git", "-C", str(root), "add", "file"], check=True)
        who = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
        subprocess.run(["git", "-C", str(root), *who, "commit", "-qm", text], check=True)
    (root / "file").write_text("third")
    return root


def test_they_are_as_they_were_beside_the_same_python_and_then_gone(repository: Path) -> None:
    with checked_out("HEAD~1", repository) as files:
        assert (files / "file").read_text() == "first"
        assert (files / ".venv").resolve() == repository / ".venv"
    assert not files.exists()
    assert (repository / "file").read_text() == "third" and (repository / ".venv").exists()


def test_a_commit_that_is_not_there(repository: Path) -> None:
    with pytest.raises(LocalError, match="there is no commit 'HEAD~9' here"), checked_out("HEAD~9", repository):
        pass
