"""What goes to an environment must have been in the one before it, by the digest of its image."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from local.paths import REPO
from local.stackfiles import PREFIX, stack_file

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_ANY_DIGEST = re.compile(r"(?:^|@)(sha256:[0-9a-f]{64})\Z")
_BASES = ("refs/remotes/origin/main", "refs/heads/main", "HEAD")
"""Where what is merged is: the first of them that a clone has. One without such a branch is all that there is."""
_REVISIONS = 200
"""So many versions of a file are looked at."""


@dataclass(frozen=True)
class Promotion:
    """A service's way from one environment to the next."""

    service: str
    chosen: str
    """What the later environment runs; empty where it leaves that open."""
    before: str
    """What the earlier one runs, by what was merged last; empty where that leaves it open."""
    ran: bool
    """Whether the earlier one had that very digest when something was merged."""

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
    wanted: Mapping[str, Mapping[str, Any]],
    merged: Sequence[Mapping[str, str]],
    whole: bool = True,
) -> Promotions:
    """How each service stands; ``wanted`` are its descriptions, ``merged`` the earlier one's choices. Pure."""
    found = []
    for name, description in wanted.items():
        chosen, before = chosen_version(description), merged[0].get(name, "") if merged else ""
        found.append(Promotion(name, chosen, before, bool(chosen) and any(each.get(name) == chosen for each in merged)))
    return Promotions(earlier, later, tuple(found), whole)


def chosen_version(description: Mapping[str, Any]) -> str:
    """What a description says that is to run: the digest where there is one, else the version or image."""
    given = str(description.get("image") or description.get("version") or "")
    digest = _ANY_DIGEST.search(given)
    return digest[1] if digest else given


def merged_choices(environment: str) -> tuple[list[dict[str, str]], bool]:
    """What each service was to run, by each version of the environment's file that was merged, the last one first.

    Neither the files of this checkout count nor the commits of a branch: of a branch, its merge into ``main`` does.
    False where the history is cut off, or there is none.
    """
    name = stack_file(environment).name
    base = next((each for each in _BASES if _git("rev-parse", "--verify", "--quiet", f"{each}^{{commit}}")), None)
    log = ("log", "--first-parent", f"--max-count={_REVISIONS}", "--format=%H")
    revisions = _git(*log, base, "--", name) if base else None
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
