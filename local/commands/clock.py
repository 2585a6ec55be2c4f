"""Times as people write and read them (pure but for :func:`now`)."""

import re
from datetime import UTC, datetime, timedelta

from local.errors import LocalError

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_DURATION = re.compile(r"(?:\d+[dhms])+\Z")
_LONGEST = timedelta(days=365)


def now() -> datetime:
    """The time, in UTC, without parts of a second."""
    return datetime.now(UTC).replace(microsecond=0)


def parse_duration(text: str) -> timedelta:
    """``8h``, ``90m`` or ``1d12h``. Raises LocalError for anything else, for nothing, and for more than a year."""
    if not _DURATION.match(text):
        raise LocalError(f"TTL must be like 8h, 90m or 1d12h, got {text!r}")
    parts = {_UNITS[unit]: 0 for unit in _UNITS}
    for number, unit in re.findall(r"(\d+)([dhms])", text):
        parts[_UNITS[unit]] += int(number[:9])
    duration = timedelta(**parts)
    if not timedelta(0) < duration <= _LONGEST:
        raise LocalError(f"TTL must be above nothing and at most a year, got {text!r}")
    return duration


def parse_time(text: object, what: str) -> datetime:
    """An ISO 8601 time; one without a zone is UTC. Raises LocalError that calls it ``what``."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise LocalError(f"{what} must be an ISO 8601 time like 2030-12-31T18:00:00Z, got {text!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def iso(moment: datetime) -> str:
    """``2030-12-31T18:00:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def words(duration: timedelta) -> str:
    """The two largest units that matter: ``3 d 4 h``, ``12 min``, ``40 s``."""
    seconds = max(0, int(duration.total_seconds()))
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds} s"
