"""A review as the one comment that a pull request gets for an environment, rewritten in place (pure)."""

import re
from collections.abc import Iterator, Sequence

from policies.model import Level
from review.parity.report import Parity
from review.plan import Change, Plan
from review.render.terminal import WHOLE, summary, terms, told
from review.result import Result

LONGEST = 60_000
"""Characters; code hosts take some thousand more in a comment."""
_ROWS = (1000, 100, 30, 10, 3)
"""So many rows a table has at most: the first number with which the comment is short enough."""
_LONGEST_CELL = 300
_PING = re.compile(r"@(?=\w)")
_MARKED = re.compile(r"([\\`*_{}\[\]<>|~#])")


def marker(environment: str) -> str:
    """The first line of an environment's comment, which nobody sees: by it the comment is found again."""
    return f"<!-- foxden-review: {environment} -->"


def comment(result: Result) -> str:
    """The whole comment, with its marker."""
    for rows in _ROWS:
        text = "\n".join(_lines(result, rows)) + "\n"
        if len(text) <= LONGEST:
            return text
    return text[:LONGEST] + "\n\n(cut off: the rest is in the build's report)\n"


def _lines(result: Result, rows: int) -> Iterator[str]:
    yield marker(result.environment)
    yield f"## {_sign(result)} `{result.environment}`: {result.headline()}"
    yield from ["", _plain(result.over)]
    yield from _plan(result.plan, rows)
    yield from _findings(result, rows)
    yield from _exempted(result, rows)
    if result.parity is not None:
        yield from _parity(result.parity, rows)


def _sign(result: Result) -> str:
    return ":white_check_mark:" if result.exit == 0 else ":x:"


def _plan(plan: Plan, rows: int) -> Iterator[str]:
    if plan.errors:
        yield from ["", "### The preview failed", "", "```text"]
        yield from (line.replace("```", "'''") for error in plan.errors for line in error.splitlines())
        yield "```"
    yield from ["", f"### Plan{', as far as it got' if plan.errors else ''}", "", f"{summary(plan)}."]
    if plan.losses:
        yield from ["", "> [!CAUTION]", "> Lost by it:"]
        yield from (f"> - {_loss(change)}" for change in plan.losses[:rows])
        yield from (f"> - {line}" for line in _more(plan.losses, rows))
    if plan.changes:
        table = _table(
            ("", "resource", "because of"),
            [(change.operation, f"`{_code(change.name)}`", ", ".join(change.because)) for change in plan.changes],
            rows,
        )
        yield from _folded(f"{len(plan.changes)} changes", table)


def _loss(change: Change) -> str:
    kept = " (protected: Pulumi refuses)" if change.protected else ""
    return f"**{change.operation}** `{_code(change.name)}`: {_plain(change.loss)}{kept}"


def _findings(result: Result, rows: int) -> Iterator[str]:
    by_name = result.by_name
    yield from ["", "### Policies", ""]
    passed = len(result.rules) - len({one.rule for one in result.findings} & by_name.keys())
    yield f"{passed} of {len(result.rules)} rules are kept."
    if result.findings:
        header = ("level", "rule", "what is wrong", "how to fix it")
        table = [
            (
                f"**{one.level}**" if one.level is Level.MANDATORY else str(one.level),
                f"`{_code(one.rule)}`",
                (f"`{_code(one.subject)}`: " if one.subject else "") + _plain(one.message),
                _plain(by_name[one.rule].fix) if one.rule in by_name else "",
            )
            for one in result.findings
        ]
        yield from ["", *_table(header, table, rows)]


def _exempted(result: Result, rows: int) -> Iterator[str]:
    if result.exempted:
        yield from ["", "### Exemptions used", ""]
        table = [
            (f"`{use.violation.rule}`", f"`{_code(use.violation.label or WHOLE)}`", *map(_plain, terms(use)))
            for use in result.exempted
        ]
        yield from _table(("rule", "resource", "owner", "until", "reason"), table, rows)


def _parity(parity: Parity, rows: int) -> Iterator[str]:
    found = parity.comparison
    yield from ["", "### Parity", "", f"{', '.join(f'`{name}`' for name in found.environments)}: {told(parity)}."]
    if found.surprises:
        header = ("surprise", *found.environments)
        table = [(f"`{_code(one.what)}`", *map(_plain, one.values.values())) for one in found.surprises]
        yield from ["", *_table(header, table, rows)]
    for way in parity.promotions:
        header = ("service", f"`{way.later}` is to run", f"`{way.earlier}` runs", "ran there")
        table = [
            (f"`{each.service}`", _version(each.chosen), _version(each.before), "yes" if each.ran else "**no**")
            for each in way.services
        ]
        yield from ["", f"Promotion from `{way.earlier}` to `{way.later}`:", "", *_table(header, table, rows)]
    if found.meant:
        header = ("meant", *found.environments, "why")
        table = [(f"`{_code(one.what)}`", *map(_plain, one.values.values()), _plain(one.why)) for one in found.meant]
        yield from _folded(f"{len(found.meant)} differences that are meant", _table(header, table, rows))


def _version(text: str) -> str:
    short = f"{text[:19]}..." if text.startswith("sha256:") else text
    return f"`{_code(short)}`" if short else "-"


def _folded(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield from ["", f"<details><summary>{title}</summary>", "", *lines, "", "</details>"]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], most: int) -> list[str]:
    lines = [header, ["---"] * len(header), *rows[:most]]
    return ["| " + " | ".join(line) + " |" for line in lines] + [f"\n{line}" for line in _more(rows, most)]


def _more(rows: Sequence[object], most: int) -> list[str]:
    return [f"and {len(rows) - most} more, in the build's report"] if len(rows) > most else []


def _plain(text: str) -> str:
    """Text that is shown as it is: it marks nothing up, breaks no table, and calls nobody."""
    short = text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 3]}..."
    escaped = _MARKED.sub(r"\\\1", short.replace("&", "&amp;"))
    return "<br>".join(_PING.sub("@\N{ZERO WIDTH SPACE}", escaped).splitlines())


def _code(text: str) -> str:
    """Text for between backticks, in a table."""
    return " ".join(text.replace("`", "'").replace("|", "\\|").splitlines())
