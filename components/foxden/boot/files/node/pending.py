"""What has to follow a change of files: kept until it is done, also where this program ends in between."""

from pathlib import Path


class Pending:
    """Names of what is to be done. They are there before the files are, so that none is forgotten."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._folder = root / "var/lib/foxden/pending"

    def note(self, name: str) -> None:
        """From now on this is to be done."""
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / name).touch()

    def names(self) -> list[str]:
        """All that is to be done, sorted."""
        return sorted(each.name for each in self._folder.glob("*"))

    def clear(self) -> None:
        """Nothing is to be done: whoever it would be done for has not begun, and begins with all of it."""
        self.done(*self.names())

    def done(self, *names: str) -> None:
        """These need not be done any more."""
        for name in names:
            (self._folder / name).unlink(missing_ok=True)
