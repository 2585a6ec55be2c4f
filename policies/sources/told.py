"""What an engine was told, kept as a report in a file for whoever started it: it passes on no more than sentences."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from policies.model import Report
from policies.pack import Found

VARIABLE = "FOXDEN_POLICY_REPORT"
"""ENV with the file's name; without it nothing is kept."""


class Told:
    """The report of one stack. It is whole after the last resource, and says what there was until then before."""

    def __init__(self, env: Mapping[str, str]) -> None:
        name = env.get(VARIABLE)
        self._file = Path(name) if name else None
        self._report = Report("", "", 0, (), ())

    def begin(self, environment: str, column: str) -> None:
        """Forget the stack before; ``column`` is whose levels this one has."""
        self._report = Report(environment, column, 0, (), ())
        self._write()

    def add(self, found: Found, resources: int = 0) -> Found:
        """Keep what was found about so many more resources; returns it."""
        violations, uses = found
        self._report = replace(
            self._report,
            judged=self._report.judged + resources,
            violations=tuple(sorted({*self._report.violations, *violations})),
            exempted=tuple(sorted({*self._report.exempted, *uses})),
        )
        self._write()
        return found

    def _write(self) -> None:
        if self._file is not None:
            draft = self._file.with_name(f".{self._file.name}")
            draft.write_text(json.dumps(asdict(self._report)))
            draft.replace(self._file)
