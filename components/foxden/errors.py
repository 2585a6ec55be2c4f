"""Errors of bad input: every problem at once, each naming the thing, the field and what was given."""

from collections.abc import Iterable
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what the user wrote.

    Reads like ``service 'pods': health.path must begin with '/', got 'health'``.
    """

    subject: str
    """What it is about, with its name: ``service 'pods'``."""
    message: str
    """The field's path and what is wrong with it, in one sentence without a full stop."""

    def __str__(self) -> str:
        return f"{self.subject}: {self.message}"


class InvalidInput(pulumi.RunError):
    """Bad input, found before anything was changed.

    A ``RunError``, so that Pulumi prints the message alone, without a traceback.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def check(problems: Iterable[Problem]) -> None:
    """Raise :class:`InvalidInput` with all the problems, if there is any."""
    found = tuple(problems)
    if found:
        raise InvalidInput(found)
