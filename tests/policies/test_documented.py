"""The page on policies says what the rules say, and what others have is here or was left out for a reason."""

import pytest

from policies.document import PAGE, SETS, kept_by, others, page
from policies.rules import RULES


def test_the_page_is_as_it_would_be_written_now() -> None:
    assert PAGE.read_text() == page(), "run `python -m policies.document`"


@pytest.mark.parametrize("whose", SETS)
def test_what_others_have_is_kept_or_left_out_for_a_reason(whose: str) -> None:
    for name, reason in others()[whose].items():
        assert bool(reason) != bool(kept_by(whose, name)), f"{name}: {reason or 'is kept by no rule'}"


def test_no_reference_is_made_up() -> None:
    known = {f"{whose} {name}" for whose in SETS for name in others()[whose]}
    named = {each for rule in RULES for each in rule.references if each.split()[0] in SETS}
    assert named <= known
