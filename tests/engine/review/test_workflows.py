"""The workflows, read by the program that knows what GitHub makes of them."""

import subprocess
from pathlib import Path

from local.paths import REPO
from local.toolchain.checkers import ACTIONLINT, ensure

WORKFLOWS = sorted((REPO / ".github" / "workflows").glob("*.yml"))


def lint(*files: Path) -> subprocess.CompletedProcess[str]:
    """With shellcheck, which the tests' packages bring: without it the scripts would go unread."""
    command = [str(ensure(ACTIONLINT)), "-no-color", "-shellcheck", "shellcheck", *map(str, files)]
    return subprocess.run(command, cwd=REPO, capture_output=True, text=True, timeout=600)


def test_the_workflows_are_sound() -> None:
    assert len(WORKFLOWS) >= 4
    done = lint(*WORKFLOWS)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_what_is_not_sound_would_be_told(tmp_path: Path) -> None:
    file = tmp_path / "bad.yml"
    step = "      - run: echo $HOME ${{ github.nothing }}\n"
    file.write_text(f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{step}")
    done = lint(file)
    assert done.returncode == 1
    assert 'property "nothing" is not defined' in done.stdout
    assert "SC2086" in done.stdout
