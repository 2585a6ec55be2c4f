"""Reads how many machines a pool has, and of which kind, by load, clock and change (pure)."""

from collections.abc import Mapping

from foxden.clouds.plan import OnDemand, Refresh, Schedule, WarmPool
from foxden.naming import label_problem
from foxden.service.parse import cron_problem, is_timezone
from foxden.service.reader import Reader, shown

MAX_SCHEDULE = 32
"""Characters of a schedule's name."""

_MOST = 1000
_SIZES = ("min", "max", "desired")


def read_on_demand(reader: Reader) -> OnDemand:
    """The field ``on_demand``."""
    found = reader.sub("on_demand")
    if found is None:
        return OnDemand()
    found.only(("base", "percent"))
    return OnDemand(base=found.integer("base", 0, 0, _MOST), percent=found.integer("percent", 100, 0, 100))


def read_warm_pool(reader: Reader) -> WarmPool | None:
    """The field ``warm_pool``."""
    found = reader.sub("warm_pool")
    if found is None:
        return None
    found.only(("min", "max"))
    return WarmPool(min=found.integer("min", 0, 0, _MOST), max=found.integer("max", None, 0, _MOST))


def read_cpu_percent(reader: Reader) -> int | None:
    """The field ``scaling``."""
    found = reader.sub("scaling")
    if found is None:
        return None
    found.only(("cpu_percent",))
    found.require("cpu_percent")
    percent: int | None = found.integer("cpu_percent", None, 10, 90)
    return percent


def read_schedules(reader: Reader) -> Mapping[str, Schedule]:
    """The field ``schedules``."""
    schedules = reader.sub("schedules")
    found = {}
    for name, value in sorted(schedules.given.items()) if schedules else ():
        wrong = label_problem(name, MAX_SCHEDULE)
        if wrong and schedules:
            schedules.complain(name, wrong)
        found[name] = _schedule(reader.nested(f"schedules.{name}", value))
    return found


def _schedule(reader: Reader) -> Schedule:
    reader.only(("cron", "timezone", *_SIZES))
    reader.require("cron")
    cron, timezone = reader.text("cron", ""), reader.text("timezone", "UTC")
    wrong = cron_problem(cron) if cron else None
    if wrong:
        reader.complain("cron", f"must be a cron line of five fields ({wrong}), got {shown(cron)}")
    if not is_timezone(timezone):
        reader.complain("timezone", f"must be an IANA time zone such as 'Europe/Vienna', got {shown(timezone)}")
    sizes = {key: reader.integer(key, None, 0, _MOST) for key in _SIZES}
    if reader.readable and not any(reader.has(key) for key in _SIZES):
        reader.complain(None, "must have min, max or desired")
    known = [size for size in (sizes["min"], sizes["desired"], sizes["max"]) if size is not None]
    if known != sorted(known):
        reader.complain(None, f"must have min, desired and max in this order, got {', '.join(map(str, known))}")
    return Schedule(cron=cron, timezone=timezone, **sizes)


def read_refresh(reader: Reader) -> Refresh:
    """The field ``refresh``."""
    found = reader.sub("refresh")
    if found is None:
        return Refresh()
    found.only(("surplus", "checkpoints", "pause", "alarms"))
    checkpoints = found.items("checkpoints")
    whole = all(type(each) in (int, float) and each == int(each) for each in checkpoints)
    steps = [int(each) for each in checkpoints] if whole else []
    if checkpoints and not (steps and steps == sorted(set(steps)) and steps[0] >= 1 and steps[-1] == 100):
        found.complain("checkpoints", f"must be rising percentages with 100 at the end, got {shown(list(checkpoints))}")
        steps = []
    if found.has("pause") and not checkpoints:
        found.complain("pause", "must not be given without checkpoints: nothing pauses")
    return Refresh(
        checkpoints=tuple(steps),
        pause=found.integer("pause", 600, 60, 172800),
        alarms=found.texts("alarms"),
        surplus=found.integer("surplus", 20, 1, 100),
    )
