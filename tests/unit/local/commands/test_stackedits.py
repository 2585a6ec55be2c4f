"""One value of a file in YAML is changed, and nothing else."""

import pytest

from local.errors import LocalError
from local.stackedits import with_text

PATH = ("config", "foxden:core", "software", "programs", "router", "checksum")
FILE = """\
# What it is.
config:
  foxden:servers: 3   # and why
  # No checksum is known.
  foxden:core:
    software:
      programs:
        {router}  # where from

  foxden:tags: {{owner: "platform"}}
"""


def written(router: str) -> str:
    """A file that says this of a program."""
    return FILE.format(router=router)


@pytest.mark.parametrize("value", ['"000"', "000", "'000'", "~", "{}", "[1, 2]"])
def test_a_value_is_replaced_in_its_place(value: str) -> None:
    before, after = written(f"router: {{checksum: {value}, version: 1.2}}"), 'router: {checksum: "abc", version: 1.2}'
    assert with_text(before, PATH, "abc") == written(after)
    assert with_text(before.replace("\n", "\r\n"), PATH, "abc") == written(after).replace("\n", "\r\n")
    assert with_text(written(after), PATH, "abc") == written(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("router: {version: 1.2}", 'router: {version: 1.2, checksum: "abc"}'),
        ("router: {version: 1.2, }", 'router: {version: 1.2, checksum: "abc", }'),
        ("router: {}", 'router: {checksum: "abc"}'),
        ("router:", 'router: {checksum: "abc"}'),
        ("router: null", 'router: {checksum: "abc"}'),
        ("{other: {}}", '{other: {}, router: {checksum: "abc"}}'),
    ],
)
def test_what_is_not_there_is_added_in_the_form_that_is(before: str, after: str) -> None:
    assert with_text(written(before), PATH, "abc") == written(after)


@pytest.mark.parametrize("other", ["other: {version: 1.2}", "other: [1, 2]", "other:\n          - 1\n          - 2"])
def test_a_line_is_added_below_the_last_one(other: str) -> None:
    added = f'{other}  # where from\n        router: {{checksum: "abc"}}\n'
    assert with_text(written(other), PATH, "abc") == written(other).replace(f"{other}  # where from\n", added)


@pytest.mark.parametrize("end", ["", "\n", "\n# more\n"])
def test_all_of_a_path_is_added(end: str) -> None:
    before = f"config:\n  foxden:servers: 3  # why{end}"
    added = 'foxden:core: {software: {programs: {router: {checksum: "abc"}}}}'
    assert with_text(before, PATH, "abc") == f"config:\n  foxden:servers: 3  # why\n  {added}{end}"


def test_a_text_of_lines_stays_whole() -> None:
    before = "config:\n  foxden:core:\n    note: |\n      one\n      two\n  foxden:servers: 3\n"
    added = 'software: {programs: {router: {checksum: "abc"}}}'
    after = before.replace("two\n", f"two\n    {added}\n")
    assert with_text(before, PATH, "abc") == after


@pytest.mark.parametrize(
    "content",
    [
        "",
        "config: [1]",
        "config: {",
        "config: text",
        "base: &base {checksum: 1}\nconfig: {'foxden:core': {software: {programs: {router: *base}}}}\n",
    ],
)
def test_what_can_not_be_changed_alone_is_left_to_a_person(content: str) -> None:
    with pytest.raises(LocalError, match=r"core\.software\.programs\.router\.checksum can't .*: put \"abc\" there by"):
        with_text(content, PATH, "abc")
