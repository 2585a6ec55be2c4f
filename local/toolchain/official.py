"""Gets the official provider plugins with ``pulumi plugin install``, where they can be had."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from local.toolchain.catalog import Plugin
from local.toolchain.layout import Refusal
from local.toolchain.platform import this_platform
from local.toolchain.processes import TimedOut, last_lines, run_watched
from local.toolchain.progress import Progress
from local.toolchain.refused import Refused

if TYPE_CHECKING:
    from local.toolchain.fetch import Fetcher

INSTALL_SECONDS = 180.0
RETRY_SECONDS = 24 * 3600.0
"""A refusal is believed for a day, so that a machine without a way out is not asked at every run."""

_URL = "https://get.pulumi.com/releases/plugins/{program}-v{version}-{platform}.tar.gz"


def believed(refusal: Refusal | None) -> bool:
    """Whether a refusal is recent enough not to try again."""
    return refusal is not None and 0 <= time.time() - refusal.at < RETRY_SECONDS


def install(
    plugin: Plugin, pulumi: Path, home: Path, fetcher: "Callable[[], Fetcher]", progress: Progress
) -> Refusal | None:
    """Install an official plugin below the PULUMI_HOME ``home``; returns why not when it can't be had."""
    try:
        if plugin.kind != "resource":
            raise Refused("it ships only with pulumi's official release, beside the program")
        # Pulumi itself repeats a hopeless download for ten seconds; one question first makes a refusal quick.
        fetcher().check(_URL.format(program=plugin.program, version=plugin.version, platform=this_platform()))
        _pulumi_install(plugin, pulumi, home, progress)
    except Refused as reason:
        return Refusal(str(reason), time.time())
    return None


def _pulumi_install(plugin: Plugin, pulumi: Path, home: Path, progress: Progress) -> None:
    progress.say("installing the official plugin")
    home.mkdir(parents=True, exist_ok=True)
    log = home / f"install-{plugin.directory}.log"
    command: list[str | Path] = [
        pulumi,
        "plugin",
        "install",
        plugin.kind,
        plugin.name,
        plugin.version,
        "--non-interactive",
    ]
    environment = {**os.environ, "PULUMI_HOME": str(home), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        code = run_watched(command, log, INSTALL_SECONDS, progress.tick, env=environment)
    except TimedOut as error:
        raise Refused(f"pulumi plugin install {error}") from error
    if code:
        raise Refused(f"pulumi plugin install failed: {last_lines(log, 2)}")
    log.unlink()
