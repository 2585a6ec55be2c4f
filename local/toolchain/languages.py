"""The hosts of other languages than Python, for programs that use the components from there: the examples, and tests.

Nothing of this is looked for, or got, by the local environment: its programs are in Python.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from local import shell
from local.toolchain.catalog import TOOLS, YAML_HOST, Plugin
from local.toolchain.progress import Progress
from local.toolchain.resolve import resolve
from local.toolchain.standins import find_official, own_home

if TYPE_CHECKING:
    from local.toolchain.fetch import Fetcher

_YAML = Plugin("language", "yaml", TOOLS["pulumi"].version, standin="")


def yaml_host() -> Path:
    """The program that runs programs in YAML: Pulumi's own, which lies beside it in a release, else one that is built.

    The first build takes about five minutes. Raises LocalError where there is no way to it.
    """
    official = find_official(_YAML, shell.user_home() or own_home(), shell.tool("pulumi"), shell.user_path())
    if official:
        return official
    progress = Progress(f"{YAML_HOST.name} {YAML_HOST.version}")
    try:
        return Path(resolve(YAML_HOST, shell.user_path(), _no_download, progress).found.path)
    finally:
        progress.close()


def _no_download() -> "Fetcher":
    raise AssertionError("it is released as a part of Pulumi alone")
