"""What is rendered, compared as a whole with files that people have looked at."""

import pytest

from tests.unit.schedulers.kubernetes.samples import GOLDEN, golden


@pytest.mark.parametrize("name", sorted(golden()))
def test_rendered_is_what_was_looked_at(name: str) -> None:
    assert golden()[name] == (GOLDEN / name).read_text()


def test_no_golden_file_is_left_over() -> None:
    assert {file.name for file in GOLDEN.iterdir()} == set(golden())
