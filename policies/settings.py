"""What is mandatory where: the table in ``settings.yaml``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from foxden.errors import check
from foxden.service.reader import Reader, did_you_mean
from local.errors import LocalError
from local.stackfiles import lineage
from policies.model import Level
from policies.rule import Rule

HERE = Path(__file__).parent
SUBJECT = "policies/settings.yaml"


@dataclass(frozen=True)
class Settings:
    """Levels and configuration of every rule."""

    columns: tuple[str, ...]
    """The environments of the table, the least strict first."""
    levels: Mapping[str, tuple[Level, ...]]
    """Rule to its level in each column."""
    config: Mapping[str, Mapping[str, Mapping[str, Any]]]
    """Rule to column to what it says; ``all`` is below every column."""

    def column(self, environment: str, base: str = "") -> str:
        """Whose levels an environment has: its own, else those of what it inherits from.

        ``base`` says what that is, where its file doesn't. One that nothing is known of is judged as the last, which
        is the strictest.
        """
        if environment in self.columns:
            return environment
        try:
            known = [name for name in lineage(base or environment) if name in self.columns]
        except LocalError:
            known = []
        return known[0] if known else self.columns[-1]

    def level(self, rule: str, column: str) -> Level:
        """The level of a rule."""
        return self.levels[rule][self.columns.index(column)]

    def config_of(self, rule: Rule, column: str) -> Mapping[str, Any]:
        """The configuration of a rule: its defaults, what is said for all, what is said for the column."""
        own = self.config.get(rule.name, {})
        return {**rule.config, **own.get("all", {}), **own.get(column, {})}


def read_settings(rules: Iterable[Rule], extra: Iterable[str] = (), text: str | None = None) -> Settings:
    """The settings of these rules, and the levels of what the pack itself complains about (``extra``).

    ``text`` stands for the file's. Raises InvalidInput with every problem: each rule has a line, and no line is
    of a rule that isn't there.
    """
    known = {rule.name: rule for rule in rules}
    names = [*known, *extra]
    given = yaml.safe_load((HERE / "settings.yaml").read_text() if text is None else text)
    reader = Reader(SUBJECT, given)
    reader.only(("environments", "levels", "config"))
    reader.require("environments", "levels")
    columns = reader.texts("environments")
    levels = _levels(reader.sub("levels"), columns, names)
    config = _config(reader.sub("config"), columns, known)
    check(reader.problems)
    return Settings(columns, levels, config)


def _levels(reader: Reader | None, columns: tuple[str, ...], names: list[str]) -> dict[str, tuple[Level, ...]]:
    levels: dict[str, tuple[Level, ...]] = {}
    if reader is None:
        return levels
    reader.only(names)
    reader.require(*names)
    for name in reader.given:
        words = reader.texts(name)
        wrong = [word for word in words if word not in list(Level)]
        if wrong:
            reader.complain(name, f"must be one of {', '.join(Level)}, got '{wrong[0]}'{did_you_mean(wrong[0], Level)}")
        elif len(words) != len(columns):
            reader.complain(name, f"must have a level for each of {', '.join(columns)}, got {len(words)}")
        levels[name] = tuple(Level(word) for word in words if word not in wrong)
    return levels


def _config(
    reader: Reader | None, columns: tuple[str, ...], rules: Mapping[str, Rule]
) -> dict[str, dict[str, dict[str, Any]]]:
    config: dict[str, dict[str, dict[str, Any]]] = {}
    if reader is None:
        return config
    reader.only(rules)
    for name in reader.given:
        own = reader.nested(name, reader.given[name])
        own.only(("all", *columns))
        for column in own.given:
            choices = own.nested(column, own.given[column])
            if name in rules:
                choices.only(rules[name].config)
            config.setdefault(name, {})[column] = dict(choices.given)
    return config
