"""Where in the repository a finding about a resource is shown: at the line that chooses it, as far as names tell."""

import re
from pathlib import Path

from local.paths import REPO
from local.stackfiles import stack_file
from review.findings import Place

SERVICES = "stacks/services.py"
_KEY = re.compile(r"\s+[\"']?([a-z0-9-]+)[\"']?:")


def place(urn: str, environment: str, root: Path = REPO) -> Place:
    """The line of the service or pool that the resource is named after, in the environment's file or else among the
    services; the first line of the environment's file where there is none."""
    name = urn.rpartition("::")[2]
    file = stack_file(environment).name
    for candidate in (file, SERVICES):
        found = _line(root / candidate, name) if name else None
        if found is not None:
            return Place(candidate, found)
    return Place(file)


def _line(file: Path, name: str) -> int | None:
    """Of the longest key that the name is, or begins with."""
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    keys = {match[1]: number for number, line in enumerate(lines, 1) if (match := _KEY.match(line))}
    fitting = [key for key in keys if name == key or name.startswith(f"{key}-")]
    return keys[max(fitting, key=len)] if fitting else None
