"""Where a review's reports are written."""

import json
from collections.abc import Mapping
from pathlib import Path

from local.errors import LocalError
from review.render import junit, markdown, sarif
from review.result import Result

COMMENT = "comment.md"


def write(result: Result, directory: Path) -> list[Path]:
    """Write all reports into a directory, which is made; returns the files. Raises LocalError where that fails."""
    texts: Mapping[str, str] = {
        COMMENT: markdown.comment(result),
        "policies.sarif": json.dumps(sarif.document(result), indent=2) + "\n",
        "policies.junit.xml": junit.document(result),
    }
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (directory / name).write_text(text)
    except OSError as error:
        raise LocalError(f"cannot write reports into {directory}: {error}") from None
    return [directory / name for name in texts]
