"""``python -m local tools``: get the pinned tools and plugins, and tell where each came from."""

import argparse
import functools
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from local import shell
from local.errors import LocalError
from local.toolchain.layout import Record, Refusal, plugin_cache, read_record, write_record
from local.toolchain.official import believed, install
from local.toolchain.progress import Progress
from local.toolchain.resolve import Resolved, resolve
from local.toolchain.sets import CONTEXT, DEFAULT, SETS, Set
from local.toolchain.standins import Placed, find_official, installed, own_home, place_all

if TYPE_CHECKING:
    from local.toolchain.fetch import Fetcher


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What for, and how patiently."""
    parser.add_argument(
        "--scheduler",
        choices=[name for name in SETS if name != CONTEXT],
        default=DEFAULT,
        help=f"of the local environment; default: {DEFAULT}",
    )
    parser.add_argument(
        "--retry-plugins",
        action="store_true",
        help="try again to install official plugins that were refused less than a day ago",
    )


def run(options: argparse.Namespace) -> int:
    """Get everything, print the table."""
    total = Progress("tools")
    with _terminated_is_interrupted():
        try:
            taken = SETS[options.scheduler]
            fetcher = functools.cache(_new_fetcher)
            resolved = _tools(taken, fetcher)
            refused = _plugins(taken, resolved, fetcher, retry=options.retry_plugins)
            found = {name: tool.found for name, tool in resolved.items()}
            others = {} if options.retry_plugins else _of_others(taken, read_record().refused)
            write_record(Record({**read_record().tools, **found}, {**others, **refused}))
            shell.exports(os.environ, options.scheduler)
        except OSError as error:
            raise LocalError(f"{error}: mend that, then run 'make tools' again") from error
    pulumi = Path(resolved["pulumi"].found.path)
    placed = place_all(shell.user_home() or own_home(), pulumi, shell.user_path(), taken.plugins)
    for line in table(resolved, placed, refused):
        print(line)
    print(f"{summary(resolved, placed)} ({total.seconds:.1f} s)")
    return 0


def _new_fetcher() -> "Fetcher":
    # `requests` opens a socket as soon as it is imported, and with a full cache there is to be none.
    from local.toolchain.fetch import Fetcher

    return Fetcher()


def _tools(taken: Set, fetcher: "Callable[[], Fetcher]") -> dict[str, Resolved]:
    resolved = {}
    for tool in taken.tools.values():
        progress = Progress(f"{tool.name} {tool.version}")
        try:
            resolved[tool.name] = resolve(tool, shell.user_path(), fetcher, progress)
        finally:
            progress.close()
        if resolved[tool.name].found.source in ("download", "build"):
            progress.say("ready")
    return resolved


def _plugins(
    taken: Set, resolved: Mapping[str, Resolved], fetcher: "Callable[[], Fetcher]", *, retry: bool
) -> dict[str, Refusal]:
    """Install the official plugins that are missing; returns those that can't be had."""
    pulumi = Path(resolved["pulumi"].found.path)
    home = shell.user_home()
    known = {} if retry else read_record().refused
    refused = {}
    for plugin in taken.plugins:
        if find_official(plugin, home or own_home(), pulumi, shell.user_path()):
            continue
        target = home or plugin_cache()
        earlier = known.get(plugin.directory)
        if installed(target, plugin):
            continue
        if earlier and believed(earlier):
            refusal: Refusal | None = earlier
        else:
            refusal = install(plugin, pulumi, target, fetcher, Progress(f"{plugin.program} {plugin.version}"))
        if refusal:
            refused[plugin.directory] = refusal
    return refused


def _of_others(taken: Set, refused: Mapping[str, Refusal]) -> dict[str, Refusal]:
    """What was refused of plugins that are not got here."""
    ours = {plugin.directory for plugin in taken.plugins}
    return {name: refusal for name, refusal in refused.items() if name not in ours}


def table(resolved: Mapping[str, Resolved], placed: list[Placed], refused: Mapping[str, Refusal]) -> list[str]:
    """A line per tool and plugin: name, version, where from, details."""
    rows = [("", "version", "from", "")]
    rows += [(name, tool.found.version, tool.found.source, tool.detail) for name, tool in resolved.items()]
    for item in placed:
        plugin = item.plugin
        refusal = refused.get(plugin.directory)
        detail = str(item.path)
        if not item.official:
            detail = plugin.standin + (f" (no official one: {' '.join(refusal.reason.split())})" if refusal else "")
        rows.append((plugin.program, plugin.version, _kind(item), detail))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return ["  ".join([*(f"{row[i]:<{widths[i]}}" for i in range(3)), row[3]]).rstrip() for row in rows]


def summary(resolved: Mapping[str, Resolved], placed: list[Placed]) -> str:
    """The last line: what came from where."""
    tools = [f"{name} {tool.found.version} {tool.found.source}" for name, tool in resolved.items()]
    plugins = [f"{item.plugin.name} {_kind(item)}" for item in placed]
    return f"tools: {', '.join(tools)}; plugins: {', '.join(plugins)}"


def _kind(item: Placed) -> str:
    return "official" if item.official else "stand-in"


@contextmanager
def _terminated_is_interrupted() -> Iterator[None]:
    """While tools are being got, a request to end cleans up as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
