"""Times as people write and read them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.commands.clock import iso, now, parse_duration, parse_time, words
from local.errors import LocalError


@pytest.mark.parametrize(
    ("text", "hours"), [("8h", 8), ("90m", 1.5), ("1d12h", 36), ("3600s", 1), ("1h30m", 1.5), ("365d", 8760)]
)
def test_durations(text: str, hours: float) -> None:
    assert parse_duration(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "8", "h", "0h", "-1h", "8 h", "366d", "1w", "9" * 40 + "h", "1.5h"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(LocalError, match="TTL must be"):
        parse_duration(text)


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2999, 1, 1), timezones=st.just(UTC)))
def test_a_time_survives_being_written(moment: datetime) -> None:
    assert parse_time(iso(moment), "x") == moment.replace(microsecond=0)


def test_times_with_another_zone_or_none() -> None:
    assert parse_time("2030-01-01T02:00:00+02:00", "x") == parse_time("2030-01-01T00:00:00", "x")
    assert parse_time("2030-01-01", "x") == datetime(2030, 1, 1, tzinfo=UTC)
    with pytest.raises(LocalError, match="foxden:expires must be an ISO"):
        parse_time("tomorrow", "foxden:expires")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (3661, "1 h 1 min"),
        (86400, "1 d"),
        (90000, "1 d 1 h"),
    ],
)
def test_words(seconds: int, said: str) -> None:
    assert words(timedelta(seconds=seconds)) == said


def test_now_is_whole_and_in_utc() -> None:
    assert (now().microsecond, now().tzinfo) == (0, UTC)
