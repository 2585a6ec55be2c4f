"""Tables line up."""

from hypothesis import given
from hypothesis import strategies as st

from local.commands.table import table

CELL = st.text(st.characters(categories=["L", "N"]), max_size=6)


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=5))
def test_every_column_begins_at_the_same_place_in_every_line(rows: list[tuple[str, str, str]]) -> None:
    lines = table(("one", "two", "three"), rows)
    second, third = lines[0].index("two"), lines[0].index("three")
    assert len(lines) == len(rows) + 1
    for line, row in zip(lines[1:], rows, strict=True):
        assert line == line.rstrip()
        assert (line[:second].strip(), line[second:third].strip(), line[third:].strip()) == row
