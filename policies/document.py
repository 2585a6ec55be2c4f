"""``python -m policies.document``: writes the tables of docs/policies.md anew, of the rules and the settings."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from policies.pack import load
from policies.rules import DOMAINS, RULES

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "policies.md"
MARK = "<!-- what follows is written by `python -m policies.document` -->"
SETS = {"awsguard": "AWSGuard", "pulumi": "Pulumi's compliance-ready policies", "checkov": "checkov"}


def others() -> Mapping[str, Mapping[str, str | None]]:
    """Whose rules, their names, and why one of them has none here."""
    found: dict[str, dict[str, str | None]] = yaml.safe_load((HERE / "others.yaml").read_text())
    return found


def kept_by(whose: str, name: str) -> list[str]:
    """The rules here that keep another's."""
    return [rule.name for rule in RULES if f"{whose} {name}" in rule.references]


def tables() -> str:
    """All of them."""
    return "\n".join([*_rules(), *_compared(), *_left_out()])


def page() -> str:
    """The whole page: what people wrote, with the tables as they are now."""
    return PAGE.read_text().partition(MARK)[0] + MARK + "\n" + tables() + "\n"


def _rules() -> list[str]:
    settings = load().settings
    lines = [f"\n## The {len(RULES)} rules"]
    for domain in DOMAINS:
        lines += [
            f"\n### {domain.name.capitalize()}",
            "",
            "| rule | what holds | severity | levels | as others have it |",
        ]
        lines += ["| --- | --- | --- | --- | --- |"]
        for rule in domain.rules:
            levels = " ".join(level[0].upper() if level != "disabled" else "-" for level in settings.levels[rule.name])
            references = ", ".join(rule.references) or "of our own"
            lines.append(f"| `{rule.name}` | {rule.what} | {rule.severity} | {levels} | {references} |")
    return lines


def _compared() -> list[str]:
    lines = ["\n## What others have, and where it is here"]
    for whose, title in SETS.items():
        lines += [f"\n### {title}", "", "| theirs | here |", "| --- | --- |"]
        for name in others()[whose]:
            rules = kept_by(whose, name)
            if rules:
                lines.append(f"| {name} | {', '.join(f'`{rule}`' for rule in rules)} |")
    return lines


def _left_out() -> list[str]:
    lines = ["\n## What was left out", "", "| whose | theirs | why |", "| --- | --- | --- |"]
    for whose in SETS:
        lines += [f"| {whose} | {name} | {reason} |" for name, reason in others()[whose].items() if reason]
    return lines


if __name__ == "__main__":
    PAGE.write_text(page())
