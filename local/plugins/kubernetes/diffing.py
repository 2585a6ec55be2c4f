"""What changes between two wishes for an object, field by field. Pure."""

from collections.abc import Iterator

from local.plugins.comparing import Change, Kind
from local.plugins.kubernetes.immutable import Immutable
from local.plugins.schema import member_path
from local.plugins.wire import UNKNOWN, Value, Values


def changes(old: Values, new: Values, immutable: Immutable) -> list[Change]:
    """The differences between plain inputs; what is not known yet counts as one."""
    return [
        Change(path, kind, immutable.covers(path))
        for key in sorted({*old, *new})
        for path, kind in _between(old.get(key), new.get(key), member_path("", key).lstrip("."))
    ]


def _between(old: Value, new: Value, path: str) -> Iterator[tuple[str, Kind]]:
    if old is None and new is None:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _between(old.get(key), new.get(key), member_path(path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            yield from _between(before, after, f"{path}[{index}]")
    elif old is None:
        yield path, Kind.ADD
    elif new is None:
        yield path, Kind.DELETE
    elif new is UNKNOWN or old is UNKNOWN or old != new or isinstance(old, bool) != isinstance(new, bool):
        yield path, Kind.UPDATE
