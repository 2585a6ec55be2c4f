"""``comment``: put reports onto a pull request on GitHub, each in place of the last one of its environment."""

import argparse
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import requests

from local.commands.report import say
from local.errors import LocalError

_WITHIN = 30.0
_PER_PAGE = 100
_MARK = "<!-- "
"""What the first line of every report begins with."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which reports, onto which pull request. Repository, token and API come from a workflow's usual ENV."""
    parser.add_argument("files", nargs="+", help="the reports, comment.md of each environment")
    parser.add_argument("--pull-request", type=int, required=True, help="its number")


def run(options: argparse.Namespace) -> int:
    """Write each comment anew, or for the first time."""
    thread = Thread.of(os.environ, options.pull_request)
    for name in options.files:
        try:
            text = Path(name).read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise LocalError(f"cannot read {name}: {error}") from None
        say(f"{name}: {thread.put(text)}")
    return 0


class Thread:
    """The comments on one pull request."""

    def __init__(self, api: str, repository: str, number: int, token: str) -> None:
        self._issues = f"{api}/repos/{repository}/issues"
        self._number = number
        self._session = requests.Session()
        self._session.headers.update(
            {
                "Authorization": f"Bearer {token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
            }
        )

    @classmethod
    def of(cls, env: Mapping[str, str], number: int) -> "Thread":
        """By what a workflow has in its ENV. Raises LocalError that names all that is missing."""
        missing = [name for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN") if not env.get(name)]
        if missing:
            raise LocalError(f"a comment needs {' and '.join(missing)} in ENV, as in a workflow")
        api = env.get("GITHUB_API_URL", "https://api.github.com")
        return cls(api, env["GITHUB_REPOSITORY"], number, env["GITHUB_TOKEN"])

    def put(self, text: str) -> str:
        """Put a report there, in place of the one that begins with the same line; returns its address."""
        mark = text.partition("\n")[0]
        if not mark.startswith(_MARK):
            raise LocalError(f"a report begins with a line like '{_MARK}...', got {mark[:60]!r}")
        known = next((each["id"] for each in self._comments() if str(each.get("body")).startswith(mark)), None)
        if known is None:
            answer = self._ask("POST", f"{self._issues}/{self._number}/comments", {"body": text})
        else:
            answer = self._ask("PATCH", f"{self._issues}/comments/{known}", {"body": text})
        return str(answer["html_url"])

    def _comments(self) -> Iterator[Mapping[str, Any]]:
        page = 1
        while True:
            query = f"per_page={_PER_PAGE}&page={page}"
            found = self._ask("GET", f"{self._issues}/{self._number}/comments?{query}")
            # Somebody else's comment with such a line is not ours to change.
            yield from (each for each in found if (each.get("user") or {}).get("type") == "Bot")
            if len(found) < _PER_PAGE:
                return
            page += 1

    def _ask(self, method: str, url: str, body: Mapping[str, str] | None = None) -> Any:
        try:
            answer = self._session.request(method, url, json=body, timeout=_WITHIN)
            answer.raise_for_status()
            return answer.json()
        except (requests.RequestException, ValueError) as error:
            raise LocalError(f"cannot comment: {error}") from None
