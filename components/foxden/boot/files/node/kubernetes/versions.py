"""Masters of one minor version follow those of the one before: none is left out (pure, but for asking)."""

from collections.abc import Iterable

from .api import Kube


class Skipped(Exception):
    """A master would come that leaves out a version, or goes back."""


def minor(version: str) -> tuple[int, int]:
    """``v1.34.3`` is (1, 34)."""
    parts = version.removeprefix("v").split(".")
    return int(parts[0]), int(parts[1])


def check(own: str, running: str | None) -> None:
    """Raise Skipped where a master of the version ``own`` may not come to those that run."""
    if not running or not own:
        return
    new, old = minor(own), minor(running)
    if new[0] != old[0] or not old[1] <= new[1] <= old[1] + 1:
        raise Skipped(f"this master has Kubernetes {own}, and others have {running}: one minor version at a time")


def lowest(apis: Iterable[Kube]) -> str:
    """The lowest version that is served; '' where one didn't say."""
    found = [str((each.peek("/version") or {}).get("gitVersion") or "") for each in apis]
    if not found or not all(found):
        return ""
    return min(found, key=lambda each: [int(part) for part in each.removeprefix("v").split("-")[0].split(".")])
