"""Puts stand-in plugins where Pulumi finds them, and takes them away again once the official one is there.

A stand-in is a launcher of a few lines that runs a module of this checkout. It goes into the checkout's own
``PULUMI_HOME/plugins``, where Pulumi takes it without a word; a ``PULUMI_HOME`` of the user's is left alone, and the
launcher goes on PATH, where Pulumi takes it with a warning.
"""

import os
import secrets
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from local.paths import REPO, state_dir
from local.toolchain.catalog import PLUGINS, Plugin
from local.toolchain.layout import bin_dir, is_program, plugin_cache, plugin_dir, write_atomically

_MARK = "# A stand-in made by Foxden's local tooling; see docs/tools.md."

# The checkout's root goes first on the module path by hand: PYTHONPATH would reach the program's own children, and
# the working directory, which `python -m` puts first, is the program's.
_BOOT = (
    "import runpy, sys; sys.path[0] = sys.argv.pop(1);"
    " runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)


@dataclass(frozen=True)
class Placed:
    """Which program Pulumi will run for a plugin."""

    plugin: Plugin
    official: bool
    path: Path


def own_home() -> Path:
    """The checkout's ``PULUMI_HOME``, used unless the user has one."""
    return state_dir() / "pulumi-home"


def python() -> Path:
    """The Python with Pulumi's SDK in it: the checkout's virtualenv, else the one that runs now."""
    venv = REPO / ".venv" / "bin" / "python"
    return venv if is_program(venv) else Path(sys.executable)


def place_all(home: Path, pulumi: Path, path: str, plugins: tuple[Plugin, ...] | None = None) -> list[Placed]:
    """See to it that these plugins are found; by default those of the local environment on Nomad.

    ``home`` is the PULUMI_HOME in force, ``pulumi`` the program in use (its release has plugins beside it), ``path``
    the user's PATH without this checkout's own directories. Cheap enough for every call; no network.
    """
    return [place(plugin, home, pulumi, path) for plugin in plugins or PLUGINS]


def place(plugin: Plugin, home: Path, pulumi: Path, path: str) -> Placed:
    """See to it that one plugin is found; see :func:`place_all`."""
    launcher = _launcher(plugin, home)
    official = find_official(plugin, home, pulumi, path)
    if official:
        _remove(plugin, home)
        return Placed(plugin, True, official)
    if home == own_home() and _adopt(plugin, home):
        return Placed(plugin, True, plugin_dir(home, plugin) / plugin.program)
    _write(launcher, plugin)
    return Placed(plugin, False, launcher)


def find_official(plugin: Plugin, home: Path, pulumi: Path, path: str) -> Path | None:
    """The official program in Pulumi's own order: on PATH, beside ``pulumi``, below ``home``."""
    ambient = shutil.which(plugin.program, path=path)
    beside = pulumi.resolve().parent / plugin.program
    for candidate in (Path(ambient) if ambient else None, beside, installed(home, plugin)):
        if candidate and is_program(candidate) and not _is_standin(candidate):
            return candidate
    return None


def installed(home: Path, plugin: Plugin) -> Path | None:
    """The program that Pulumi has put below ``home``; None where it is missing or its installation did not end."""
    directory = plugin_dir(home, plugin)
    program = directory / plugin.program
    return program if is_program(program) and not directory.with_name(f"{directory.name}.partial").exists() else None


def _launcher(plugin: Plugin, home: Path) -> Path:
    directory = plugin_dir(home, plugin) if home == own_home() else bin_dir()
    return directory / plugin.program


def _is_standin(program: Path) -> bool:
    with program.open("rb") as file:
        return _MARK.encode() in file.read(len(_MARK) + 16)


def _write(launcher: Path, plugin: Plugin) -> None:
    words = [str(python()), "-u", "-c", _BOOT, str(REPO), plugin.standin]
    text = f'#!/bin/sh\n{_MARK}\nexec {shlex.join(words)} "$@"\n'
    if not is_program(launcher) or launcher.read_text() != text:
        write_atomically(launcher, text, mode=0o755)


def _remove(plugin: Plugin, home: Path) -> None:
    """Take this checkout's launchers for a plugin away."""
    ambient = bin_dir() / plugin.program
    if ambient.exists():
        ambient.unlink()
    directory = plugin_dir(home, plugin)
    if is_program(directory / plugin.program) and _is_standin(directory / plugin.program):
        shutil.rmtree(directory)


def _adopt(plugin: Plugin, home: Path) -> bool:
    """Link an official plugin from the shared cache into ``home``; False when the cache has none."""
    if not installed(plugin_cache(), plugin):
        return False
    target = plugin_dir(home, plugin)
    stage = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    shutil.copytree(plugin_dir(plugin_cache(), plugin), stage, copy_function=_link)
    _remove(plugin, home)
    try:
        stage.rename(target)
    except OSError:  # another process linked it meanwhile
        shutil.rmtree(stage)
    return is_program(target / plugin.program)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
