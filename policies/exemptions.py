"""What is allowed against a rule for a time: ``exemptions.yaml``, where every entry has an owner and an end."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from foxden.errors import check
from foxden.service.reader import Reader, did_you_mean
from policies.model import Resource

SUBJECT = "policies/exemptions.yaml"
FIELDS = ("rule", "resource", "environments", "owner", "reason", "expires")


@dataclass(frozen=True)
class Exemption:
    """One entry."""

    rule: str
    resource: str
    """A pattern with ``*`` for type and name, ``aws:ec2/natGateway:NatGateway::dev-*``; ``environment`` for what is
    about the environment as a whole."""
    environments: tuple[str, ...]
    """Where it holds: columns of the settings' table."""
    owner: str
    """Who answers for it."""
    reason: str
    expires: datetime.date
    """The last day on which it holds."""

    def fits(self, rule: str, resource: Resource | None) -> bool:
        """Whether it speaks of a rule's violation by a resource; None is the environment as a whole."""
        return rule == self.rule and fnmatchcase(resource.label if resource else "environment", self.resource)

    def over(self, today: datetime.date) -> bool:
        """Whether it holds no longer."""
        return today > self.expires

    def __str__(self) -> str:
        return f"the exemption of {self.resource} from {self.rule} (owner {self.owner}, until {self.expires})"


def read_exemptions(
    rules: Iterable[str], columns: Sequence[str], file: Path | None = None, text: str | None = None
) -> tuple[Exemption, ...]:
    """The exemptions of the repository; ``text`` stands for the file's. Raises InvalidInput with every problem."""
    path = file or Path(__file__).with_name("exemptions.yaml")
    given = yaml.safe_load(path.read_text() if text is None else text)
    reader = Reader(SUBJECT, {} if given is None else given)
    reader.only(("exemptions",))
    known = list(rules)
    found = [
        _read(reader.nested(f"exemptions[{position}]", entry), known, columns)
        for position, entry in enumerate(reader.items("exemptions"))
    ]
    check(reader.problems)
    return tuple(each for each in found if each)


def _read(reader: Reader, rules: Sequence[str], columns: Sequence[str]) -> Exemption | None:
    reader.only(FIELDS)
    reader.require(*FIELDS)
    rule, environments = reader.text("rule", ""), reader.texts("environments")
    if reader.has("rule") and rule not in rules:
        reader.complain("rule", f"is no rule, got '{rule}'{did_you_mean(rule, rules)}")
    if reader.given.get("environments") == []:
        reader.complain("environments", "must name one at least: else nobody is told when it is over")
    for name in environments:
        if name not in columns:
            reader.complain("environments", f"must be of {', '.join(columns)}, got '{name}'")
    expires = reader.given.get("expires")
    if not isinstance(expires, datetime.date) or isinstance(expires, datetime.datetime):
        if reader.has("expires"):
            reader.complain("expires", f"must be a day such as 2030-01-31, got {expires!r}")
        return None
    texts = {key: reader.text(key, "") for key in ("resource", "owner", "reason")}
    return Exemption(rule=rule, environments=environments, expires=expires, **texts)
