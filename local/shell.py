"""The environment in which ``pulumi``, ``nomad`` and ``consul`` work on the local cluster; ``python -m local env``.

Quick and without network, for it stands before every command.
"""

import argparse
import os
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path

from local.errors import LocalError
from local.paths import cache_dir, config_dir, kubeconfig_file, state_dir
from local.toolchain.layout import bin_dir, located, read_record
from local.toolchain.sets import EVERY, SETS, in_use
from local.toolchain.standins import own_home, place_all, python

_MADE_BY = "FOXDEN_SHELL"
"""Exported with the rest: the state directory whose exports these are, so that they are not taken for the user's."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``env`` takes no options."""


def run(options: argparse.Namespace) -> int:
    """Print the exports for a shell: ``eval "$(make -s env)"``."""
    for name, value in exports(os.environ).items():
        print(f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}")
    return 0


def environment() -> dict[str, str]:
    """This process's environment with the exports merged in: for every child that uses a tool or Pulumi.

    Raises LocalError when a tool is missing or the passphrase file is not private.
    """
    merged = dict(os.environ)
    for name, value in exports(os.environ).items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = value
    return merged


def tool(name: str) -> Path:
    """The program of one of the pinned tools; LocalError when it is missing."""
    return tools([name])[name]


def tools(names: list[str]) -> dict[str, Path]:
    """The programs of some pinned tools; LocalError that names all the missing ones."""
    record = read_record()
    found = {name: located(EVERY[name], record) for name in names}
    missing = [f"{name} {EVERY[name].version}" for name, path in found.items() if path is None]
    if missing:
        raise LocalError(f"missing: {', '.join(missing)} (looked in {cache_dir()}): run 'make tools'")
    return {name: path for name, path in found.items() if path is not None}


def exports(env: Mapping[str, str], scheduler: str | None = None) -> dict[str, str | None]:
    """What is to be set (or, at None, unset) on top of ``env``; makes the files and directories it speaks of.

    ``scheduler``: default is that of this checkout's cluster.
    """
    taken = SETS[scheduler or in_use()]
    programs = tools(list(taken.indispensable))
    record = read_record()
    others = {name: located(program, record) for name, program in taken.tools.items() if name not in programs}
    programs |= {name: path for name, path in others.items() if path}
    mine = _without_ours(env)
    home = Path(mine["PULUMI_HOME"]) if mine.get("PULUMI_HOME") else own_home()
    path = mine.get("PATH", os.defpath)
    try:
        _link_tools(programs)
        place_all(home, programs["pulumi"], path, taken.plugins)
        backend = _backend(mine)
    except OSError as error:
        raise LocalError(f"can't set up Pulumi's places (FOXDEN_STATE, FOXDEN_CONFIG move them): {error}") from error
    first = [str(bin_dir()), str(python().parent)]
    return {
        "PATH": os.pathsep.join(first + [entry for entry in path.split(os.pathsep) if entry not in first]),
        "PULUMI_HOME": str(home),
        **backend,
        **_kubeconfig(env),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true",
        _MADE_BY: str(state_dir()),
    }


def _kubeconfig(env: Mapping[str, str]) -> dict[str, str | None]:
    """That of this machine's Kubernetes, while there is one; the user's own stays."""
    ours = str(kubeconfig_file())
    if kubeconfig_file().exists():
        return {"KUBECONFIG": ours}
    return {"KUBECONFIG": None} if env.get("KUBECONFIG") == ours else {}


def user_home() -> Path | None:
    """The user's own PULUMI_HOME, if any."""
    value = _without_ours(os.environ).get("PULUMI_HOME")
    return Path(value) if value else None


def user_path() -> str:
    """The user's PATH without the directories that this module puts in front."""
    return _without_ours(os.environ).get("PATH", os.defpath)


def _without_ours(env: Mapping[str, str]) -> dict[str, str]:
    """``env`` as it was before an earlier export, perhaps by another checkout in the same shell."""
    mine = dict(env)
    earlier = mine.pop(_MADE_BY, None)
    state = Path(earlier) if earlier else state_dir()
    made = {"PULUMI_HOME": str(state / "pulumi-home"), "PULUMI_BACKEND_URL": _backend_url(state)}
    for name, value in made.items():
        if mine.get(name) == value:
            del mine[name]
    ours = {str(state / "bin"), str(bin_dir())}
    entries = [entry for entry in mine.get("PATH", "").split(os.pathsep) if entry and entry not in ours]
    if entries:
        mine["PATH"] = os.pathsep.join(entries)
    return mine


def _backend_url(state: Path) -> str:
    return f"file://{state / 'pulumi'}"


def _backend(mine: Mapping[str, str]) -> dict[str, str | None]:
    """The backend and the passphrase of its secrets. With a backend of the user's, the user's passphrase counts too."""
    own_phrase = "PULUMI_CONFIG_PASSPHRASE" in mine or "PULUMI_CONFIG_PASSPHRASE_FILE" in mine
    url = mine.get("PULUMI_BACKEND_URL")
    if url and own_phrase:
        return {"PULUMI_BACKEND_URL": url}
    if not url:
        (state_dir() / "pulumi").mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        "PULUMI_BACKEND_URL": url or _backend_url(state_dir()),
        "PULUMI_CONFIG_PASSPHRASE": None,  # it would win over the file
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase_file()),
    }


def passphrase_file() -> Path:
    """The user's passphrase file, made with a random one if missing; LocalError when others may read it."""
    file = config_dir() / "passphrase"
    if not file.exists():
        _make_passphrase(file)
    if not file.is_file() or file.stat().st_size == 0:
        raise LocalError(f"{file} must be a file with a passphrase in it: restore it, or remove it for a new one")
    mode = file.stat().st_mode & 0o777
    if mode & 0o077:
        remedy = f"chmod 600 {shlex.quote(str(file))}"
        raise LocalError(f"the passphrase file must be yours alone, but has mode {mode:04o}: {remedy}")
    return file


def _make_passphrase(file: Path) -> None:
    file.parent.parent.mkdir(parents=True, exist_ok=True)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    draft = file.with_name(f".passphrase.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(32) + "\n")
        os.link(draft, file)
    except FileExistsError:
        pass  # another process was first, and everyone must use the same
    finally:
        draft.unlink()


def _link_tools(programs: Mapping[str, Path]) -> None:
    """One link per tool in the directory that goes on PATH, so that no other program comes along with them."""
    bin_dir().mkdir(parents=True, exist_ok=True)
    for name, program in programs.items():
        link = bin_dir() / name
        if link.is_symlink() and link.readlink() == program:
            continue
        draft = bin_dir() / f".{name}.{secrets.token_hex(4)}"
        draft.symlink_to(program)
        draft.replace(link)
