"""The whole report on the environments of this repository, and what of it is a finding for one of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from local.stackfiles import environments, stack_file
from policies.model import Level, Severity
from policies.rule import Rule
from review.findings import Finding, Place
from review.parity.compare import ABSENT, Comparison, Difference, compare
from review.parity.declared import FILE, Declared, read_declared
from review.parity.facts import facts, services
from review.parity.promotion import Promotion, Promotions, merged_choices, promotions
from stacks.settings import settings_in_files

SURPRISE = Rule(
    name="parity-surprise",
    domain="parity",
    severity=Severity.MEDIUM,
    what="Environments differ only where that is meant",
    why="What was tried in one environment says little about another that differs without anybody knowing",
    fix=f"make them alike, or declare the difference in {FILE} with the reason",
)
UNUSED = Rule(
    name="parity-declared-in-vain",
    domain="parity",
    severity=Severity.LOW,
    what="Every declared difference is one",
    why="It would hide a surprise some day",
    fix=f"take it out of {FILE}",
)
PINNED = Rule(
    name="promotion-by-digest",
    domain="promotion",
    severity=Severity.HIGH,
    what="What is promoted is named by the digest of its image",
    why="A tag may lead to another image tomorrow than the one that was tried",
    fix="copy the service's sha256: version from the file of the environment before",
)
RAN = Rule(
    name="promotion-ran-before",
    domain="promotion",
    severity=Severity.HIGH,
    what="What is promoted ran in the environment before",
    why="Else the first to try it are the users",
    fix="deploy it to the environment before first, by a change of its file that is merged",
)
RULES = (SURPRISE, UNUSED, PINNED, RAN)


@dataclass(frozen=True)
class Parity:
    """How the environments stand to each other."""

    declared: Declared
    comparison: Comparison
    missing: tuple[str, ...]
    """Environments that are to be compared, but have no file."""
    promotions: tuple[Promotions, ...]


def report() -> Parity:
    """Of the files in this checkout. Raises LocalError or InvalidInput where one is not as it must be."""
    declared = read_declared()
    there = [name for name in declared.environments if name in environments()]
    missing = tuple(name for name in declared.environments if name not in there)
    comparison = compare({name: facts(name) for name in there}, declared.meant)
    ways = [(declared.before(name), name) for name in declared.promotion]
    return Parity(
        declared,
        comparison,
        missing,
        tuple(_promotions(earlier, later) for earlier, later in ways if earlier in there and later in there),
    )


def _promotions(earlier: str | None, later: str) -> Promotions:
    assert earlier is not None  # the first environment takes no promotion
    merged, whole = merged_choices(earlier)
    return promotions(earlier, later, services(settings_in_files(later)), merged, whole)


def findings(parity: Parity, environment: str) -> Iterator[Finding]:
    """What concerns one environment."""
    level = parity.declared.surprise.get(environment, Level.DISABLED)
    for difference in parity.comparison.surprises:
        if environment in difference.odd:
            yield Finding(SURPRISE.name, level, _surprising(difference, environment), place=_place(environment))
    if environment == parity.declared.environments[0]:  # once, for it is nobody's in particular
        for entry in parity.comparison.unused:
            yield Finding(UNUSED.name, level, f"{entry.what} is declared, but nothing differs so", place=Place(FILE))
    level = parity.declared.promotion.get(environment, Level.DISABLED)
    for way in parity.promotions:
        if way.later == environment:
            for each in way.services:
                yield from _promoted(way, each, level)


def _surprising(difference: Difference, environment: str) -> str:
    others = "; ".join(f"{name}: {value}" for name, value in difference.values.items() if name != environment)
    value = difference.values[environment]
    return f"{difference.what} is {'not given' if value == ABSENT else value}, but {others}"


def _promoted(way: Promotions, each: Promotion, level: Level) -> Iterator[Finding]:
    place = _place(way.later)
    if not each.pinned:
        got = each.chosen or "nothing"
        message = f"service '{each.service}': {way.later} must name its image by digest, got {got}"
        yield Finding(PINNED.name, level, message, place=place)
    elif not each.ran:
        unless = "" if way.whole else " (the repository's history is cut off here)"
        message = f"service '{each.service}': {each.chosen} never was in {way.earlier}{unless}"
        yield Finding(RAN.name, level, message, place=place)


def _place(environment: str) -> Place:
    return Place(stack_file(environment).name)
