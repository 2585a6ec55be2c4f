"""Programs that only tests need, which are got before those run, and by nobody else."""

import functools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from local import shell
from local.toolchain.addons import PROMETHEUS
from local.toolchain.catalog import GoModule, Program, Release, Tool
from local.toolchain.progress import Progress
from local.toolchain.resolve import resolve

if TYPE_CHECKING:
    from local.toolchain.fetch import Fetcher

ACTIONLINT = Tool(
    name="actionlint",
    version="1.7.12",
    release=Release(
        url=(
            "https://github.com/rhysd/actionlint/releases/download/v{version}/"
            "actionlint_{version}_{system}_{processor}.tar.gz"
        ),
        checksums=(
            "https://github.com/rhysd/actionlint/releases/download/v{version}/actionlint_{version}_checksums.txt"
        ),
    ),
    module=GoModule(
        package="github.com/rhysd/actionlint/cmd/actionlint",
        requires={"github.com/rhysd/actionlint": "v1.7.12"},
        go="1.25.0",
        variables={"github.com/rhysd/actionlint.version": "v1.7.12"},
        sums=("github.com/rhysd/actionlint v1.7.12 h1:vQ4GeJN86C0QH+gTUQcs8McmK62OLT3kmakPMtEWYnY=",),
    ),
    version_argument="-version",
)
"""Reads the workflows as GitHub does, and their scripts with shellcheck."""

PROMTOOL = replace(
    PROMETHEUS,
    name="promtool",
    module=replace(PROMETHEUS.module, package="github.com/prometheus/prometheus/cmd/promtool"),
)
"""Judges alarms as Prometheus of that very version does, on series that are told to it."""

CHECKERS = (ACTIONLINT, PROMTOOL)


def ensure(tool: Program) -> Path:
    """The program, found or got; LocalError that tells all that was tried."""
    progress = Progress(f"{tool.name} {tool.version}")
    try:
        return Path(resolve(tool, shell.user_path(), _fetcher, progress).found.path)
    finally:
        progress.close()


@functools.cache
def _fetcher() -> "Fetcher":
    # `requests` opens a socket as soon as it is imported, and with everything in place there is to be none.
    from local.toolchain.fetch import Fetcher

    return Fetcher()
