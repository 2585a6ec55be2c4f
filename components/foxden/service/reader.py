"""Reads a plain dict field by field and collects every problem instead of stopping at the first."""

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from foxden.errors import Problem

_URL_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()+,;=:@%/-]*\Z", re.ASCII)

Choice = TypeVar("Choice", bound=StrEnum)


class Unknown(str):
    """Stands for a text that is known only when the resources it comes from are there."""


UNKNOWN = Unknown("<known after deployment>")

_TOO_LATE = "must be a plain value, got an output of a resource"


def shown(value: Any, longest: int = 100) -> str:
    """The value as an error shows it: on one line, and cut where it is long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits; a nest that is too deep
        return "a value too large to show"
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def did_you_mean(word: Any, known: Iterable[str]) -> str:
    """``, did you mean 'port'?``, or nothing when no known word is near."""
    near = difflib.get_close_matches(word, list(known), n=1) if isinstance(word, str) else []
    return f", did you mean '{near[0]}'?" if near else ""


class Reader:
    """One mapping of the input. Every getter returns a usable value, the default where the given one is wrong.

    A field that is None is not given. ``readable`` is false for what is no mapping: its fields are not missed.
    """

    def __init__(self, subject: str, value: Any, path: str = "", problems: list[Problem] | None = None) -> None:
        self.subject = subject
        self.path = path
        self.problems: list[Problem] = [] if problems is None else problems
        self.given: Mapping[str, Any] = {}
        self.readable = isinstance(value, Mapping)
        if isinstance(value, Unknown):
            self.complain(None, _TOO_LATE)
        elif not self.readable:
            self.complain(None, f"must be a mapping, got {shown(value)}")
        else:
            self.given = {key: item for key, item in value.items() if isinstance(key, str) and item is not None}
            for key in value:
                if not isinstance(key, str):
                    self.complain(None, f"must have texts as keys, got {shown(key)}")

    def complain(self, key: str | None, message: str) -> None:
        """Note a problem of the field ``key``, or of the whole mapping."""
        path = ".".join(part for part in (self.path, key) if part)
        self.problems.append(Problem(self.subject, f"{path} {message}".strip()))

    def only(self, known: Iterable[str]) -> None:
        """Complain about every field that is not known."""
        known = list(known)
        for key in self.given:
            if key not in known:
                self.complain(key, f"is not a known field{did_you_mean(key, known)}")

    def require(self, *keys: str) -> None:
        """Complain about each of the fields that is not given."""
        for key in keys if self.readable else ():
            if not self.has(key):
                self.complain(key, "must be given")

    def has(self, key: str) -> bool:
        """Whether the field is given."""
        return key in self.given

    def sub(self, key: str) -> "Reader | None":
        """The mapping below a field, or None when it isn't given."""
        return self.nested(key, self.given[key]) if self.has(key) else None

    def nested(self, key: str, value: Any) -> "Reader":
        """A reader of ``value`` that is at ``key`` below this one and shares its list of problems."""
        path = f"{self.path}.{key}" if self.path else key
        return Reader(self.subject, value, path, self.problems)

    def _known(self, key: str) -> bool:
        """Whether the field is given, and plain."""
        if isinstance(self.given.get(key), Unknown):
            self.complain(key, _TOO_LATE)
            return False
        return key in self.given

    def items(self, key: str) -> Sequence[Any]:
        """The list at a field; empty when it isn't given or is no list."""
        if not self._known(key):
            return ()
        value = self.given[key]
        if isinstance(value, (str, bytes, bytearray)) or not isinstance(value, Sequence):
            self.complain(key, f"must be a list, got {shown(value)}")
            return ()
        return value

    def number(self, key: str, default: Any, low: float, high: float, whole: bool = False) -> Any:
        """A number from ``low`` to ``high``."""
        if not self._known(key):
            return default
        value = self.given[key]
        # JSON and Pulumi carry every number as a float; True is an int to Python, but no number to a person.
        is_number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
        if not is_number or isinstance(value, bool) or (whole and int(value) != value):
            self.complain(key, f"must be a {'whole ' if whole else ''}number, got {shown(value)}")
            return default
        if not low <= value <= high:
            self.complain(key, f"must be from {low:.15g} to {high:.15g}, got {shown(value)}")
            return default
        return int(value) if whole else float(value)

    def integer(self, key: str, default: Any, low: int, high: int) -> Any:
        """A whole number from ``low`` to ``high``."""
        return self.number(key, default, low, high, whole=True)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        if not self._known(key):
            return default
        value = self.given[key]
        if not isinstance(value, bool):
            self.complain(key, f"must be true or false, got {shown(value)}")
            return default
        return value

    def text(self, key: str, default: Any = None, late: bool = False) -> Any:
        """A text that is not empty; with ``late`` it may be unknown yet."""
        value = self.given.get(key)
        if late and isinstance(value, Unknown):
            return value
        if not self._known(key):
            return default
        problem = _text_problem(value) if value != "" else "must be a text that is not empty, got ''"
        if problem:
            self.complain(key, problem)
            return default
        return value

    def path_text(self, key: str, default: str) -> str:
        """The path of a URL, from its first slash on."""
        path: str = self.text(key, default)
        if path != default and not path.startswith("/"):
            self.complain(key, f"must begin with '/', got {shown(path)}")
        elif path != default and not _URL_PATH.match(path):
            self.complain(key, f"is no URL path, got {shown(path)}")
        return path

    def choice(self, key: str, default: Choice) -> Choice:
        """One of an enumeration's values."""
        if not self._known(key):
            return default
        value, kind = self.given[key], type(default)
        try:
            return kind(value)
        except ValueError:
            allowed = [str(member.value) for member in kind]
            self.complain(key, f"must be one of {', '.join(allowed)}, got {shown(value)}{did_you_mean(value, allowed)}")
            return default

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        texts = []
        for position, value in enumerate(self.items(key)):
            problem = _TOO_LATE if isinstance(value, Unknown) else _text_problem(value)
            if problem:
                self.complain(f"{key}[{position}]", problem)
            else:
                texts.append(value)
        return tuple(texts)

    def program(self, key: str) -> tuple[str, ...]:
        """A program and its arguments."""
        before = len(self.problems)
        words = self.texts(key)
        if self.has(key) and len(self.problems) == before and not (words and words[0]):
            self.complain(key, "must name a program")
        return words

    def text_map(self, key: str, late: bool = False) -> Mapping[str, str]:
        """A mapping of texts to texts; with ``late`` values may be unknown yet."""
        reader = self.sub(key)
        texts: dict[str, str] = {}
        for name, value in reader.given.items() if reader else ():
            problem = _text_problem(value)
            if isinstance(value, Unknown) and not late:
                problem = _TOO_LATE
            if reader and problem:
                reader.complain(name, problem)
            else:
                texts[name] = value
        return texts


def _text_problem(value: Any) -> str | None:
    if not isinstance(value, str):
        return f"must be a text, got {shown(value)}"
    if not in_utf8(value):
        return f"must be a text that UTF-8 can hold, got {shown(value)}"
    return f"must not hold a NUL character, got {shown(value)}" if "\0" in value else None


def in_utf8(text: str) -> bool:
    """Whether UTF-8 can hold it: not where half of a pair of surrogates stands alone."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
