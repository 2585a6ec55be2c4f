"""What goes to an environment must have been in the one before it, by the digest of its image."""

import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from local.paths import REPO
from local.stackfiles import PREFIX, stack_file

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_ANY_DIGEST = re.compile(r"(?:^|@)(sha256:[0-9a-f]{64})\Z")
_REVISIONS = 200
"""So many versions of a file are looked at."""


@dataclass(frozen=True)
class Promotion:
    """A service's way from one environment to the next."""

    service: str
    chosen: str
    """What the later environment runs; empty where it leaves that open."""
    before: str
    """What the earlier one runs now; empty where it leaves that open."""
    ran: bool
    """Whether the earlier one has, or had, that very digest."""

    @property
    def pinned(self) -> bool:
        """Whether the later environment names a digest."""
        return bool(_DIGEST.match(self.chosen))


@dataclass(frozen=True)
class Promotions:
    """Between two environments."""

    earlier: str
    later: str
    services: tuple[Promotion, ...]
    whole: bool = field(default=True)
    """Whether all of the earlier one's past could be looked at."""


def promotions(
    earlier: str,
    later: str,
    now: Mapping[str, Mapping[str, Any]],
    wanted: Mapping[str, Mapping[str, Any]],
    past: Iterable[Mapping[str, str]],
    whole: bool = True,
) -> Promotions:
    """How each service stands; ``now`` and ``wanted`` are the descriptions, ``past`` the earlier choices. Pure."""
    known = [dict(each) for each in past]
    found = []
    for name, description in wanted.items():
        chosen, before = chosen_version(description), chosen_version(now.get(name, {}))
        ran = bool(chosen) and (chosen == before or any(each.get(name) == chosen for each in known))
        found.append(Promotion(name, chosen, before, ran))
    return Promotions(earlier, later, tuple(found), whole)


def chosen_version(description: Mapping[str, Any]) -> str:
    """What a description says that is to run: the digest where there is one, else the version or image."""
    given = str(description.get("image") or description.get("version") or "")
    digest = _ANY_DIGEST.search(given)
    return digest[1] if digest else given


def past_choices(environment: str) -> tuple[list[dict[str, str]], bool]:
    """What each service was to run, by each version of the environment's file that the repository remembers.

    Only what was merged counts: of a branch, its merge. False where the history is cut off, or there is none.
    """
    name = stack_file(environment).name
    revisions = _git("log", "--first-parent", f"--max-count={_REVISIONS}", "--format=%H", "--", name)
    if revisions is None:
        return [], False
    texts = [_git("show", f"{revision}:{name}") for revision in revisions.split()]
    shallow = (_git("rev-parse", "--is-shallow-repository") or "").strip() == "true"
    return [_choices(text) for text in texts if text], not shallow


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=REPO, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _choices(text: str) -> dict[str, str]:
    try:
        services = yaml.safe_load(text)["config"][f"{PREFIX}services"]
        return {name: chosen_version(own) for name, own in services.items() if isinstance(own, Mapping)}
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        return {}
