"""Compares environments fact by fact (pure)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from review.parity.declared import Meant
from review.parity.facts import Facts

ABSENT = "-"
"""Stands for the value where an environment has no such fact."""


@dataclass(frozen=True)
class Difference:
    """A fact that is not the same everywhere."""

    what: str
    values: Mapping[str, str]
    """Environment to value."""
    why: str = ""
    """Why it is meant; empty for a surprise."""
    odd: tuple[str, ...] = ()
    """The environments that have something else than most; all, where there is no such majority."""

    @property
    def surprise(self) -> bool:
        """Whether nobody meant it."""
        return not self.why


@dataclass(frozen=True)
class Comparison:
    """How some environments differ."""

    environments: tuple[str, ...]
    differences: tuple[Difference, ...]
    unused: tuple[Meant, ...] = ()
    """What was declared as meant, but is no difference."""

    @property
    def surprises(self) -> tuple[Difference, ...]:
        """The differences that nobody meant."""
        return tuple(each for each in self.differences if each.surprise)

    @property
    def meant(self) -> tuple[Difference, ...]:
        """The others."""
        return tuple(each for each in self.differences if not each.surprise)


def compare(found: Mapping[str, Facts], meant: Sequence[Meant]) -> Comparison:
    """The differences between environments, sorted by path."""
    paths = sorted({path for facts in found.values() for path in facts})
    differences, used = [], set()
    for path in paths:
        values = {name: facts.get(path, ABSENT) for name, facts in found.items()}
        if len(set(values.values())) == 1:
            continue
        entries = [entry for entry in meant if entry.covers(path)]
        used |= {entry for entry in entries if _differs(values, entry)}
        differences.append(_judged(path, values, entries))
    unused = tuple(entry for entry in meant if entry not in used)
    return Comparison(tuple(found), tuple(differences), unused)


def _judged(path: str, values: Mapping[str, str], entries: Sequence[Meant]) -> Difference:
    free = [entry for entry in entries if not entry.apart]
    apart = {name for entry in entries for name in entry.apart}
    rest = {name: value for name, value in values.items() if name not in apart}
    if free or len(set(rest.values())) <= 1:
        return Difference(path, values, "; ".join(dict.fromkeys(entry.why for entry in free or entries)))
    return Difference(path, values, odd=_odd(rest))


def _odd(values: Mapping[str, str]) -> tuple[str, ...]:
    (most, number), *others = Counter(values.values()).most_common()
    majority = all(count < number for _, count in others)
    return tuple(name for name, value in values.items() if not majority or value != most)


def _differs(values: Mapping[str, str], entry: Meant) -> bool:
    """Whether what was declared is so: one of the environments that may be other is."""
    if not entry.apart:
        return True
    rest = {value for name, value in values.items() if name not in entry.apart}
    return any(values[name] not in rest for name in entry.apart if name in values)
