"""Two commands at once."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.beside import beside

# Each waits for the other's file before it ends with a code: one after the other they never would.
PROGRAM = """\
import os, pathlib, sys, time
mine, other, code = sys.argv[1:]
pathlib.Path(mine).write_text(str(os.nice(0)))
until = time.monotonic() + 30
while not pathlib.Path(other).exists():
    assert time.monotonic() < until
    time.sleep(0.02)
print("from", pathlib.Path(mine).name)
sys.exit(int(code))
"""


def _words(directory: Path, mine: str, other: str, code: int) -> Sequence[str]:
    return [sys.executable, "-c", PROGRAM, str(directory / mine), str(directory / other), str(code)]


@pytest.mark.parametrize(("patient", "urgent", "expected"), [(0, 0, 0), (3, 0, 3), (0, 4, 4), (3, 4, 4)])
def test_both_run_at_once_and_a_failure_of_either_fails(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], patient: int, urgent: int, expected: int
) -> None:
    first, second = _words(tmp_path, "patient", "urgent", patient), _words(tmp_path, "urgent", "patient", urgent)

    assert beside(first, second) == expected

    said = capfd.readouterr().out
    assert said.index("from urgent") < said.index("from patient"), said
    assert int((tmp_path / "patient").read_text()) == min(19, os.nice(0) + 10)
    assert int((tmp_path / "urgent").read_text()) == os.nice(0)
