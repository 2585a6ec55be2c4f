"""What a task of the ``exec`` driver sees of this machine: a Python standard library, a shell, Caddy, the artifacts.

Paths inside equal paths outside. Nomad links the files into each task's root, so they are first gathered in one tree
below the state directory: on the same file system, readable by the tasks' user ``nobody``, and without what no
program needs (the full library with its tests and caches is three times the size).
"""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from local.agents.plan import agents_dir
from local.errors import LocalError
from local.paths import state_dir

_TIMEOUT = 30.0
_DIRECTORY_MODE = 0o755
"""Whatever umask this process has: the tasks' user must be able to pass."""
_ASK = """\
import json, ssl, sys, sysconfig
print(json.dumps({
    "stdlib": sysconfig.get_path("stdlib"), "tag": sys.implementation.cache_tag,
    "certificates": ssl.get_default_verify_paths().openssl_cafile,
}))
"""
_LEFT_OUT = frozenset(
    ("site-packages", "dist-packages", "test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3")
)
_EXTENSIONS_LEFT_OUT = ("_tkinter", "_test", "_ctypes_test", "xxlimited")
_SYSTEM = (
    "/bin/sh",
    "/etc/group",
    "/etc/hosts",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/resolv.conf",
    "/etc/ssl/openssl.cnf",
)
_CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


def interpreter() -> str:
    """The Python that runs commands: the one below this virtual environment, as a resolved path."""
    return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)


def closure(python: str, programs: Iterable[str] = ()) -> dict[str, str]:
    """Path inside -> file outside, for a Python with its standard library, a shell, and more ``programs``.

    Files only; a path inside that is a link outside is given the file that it leads to.
    """
    facts = json.loads(_output([python, "-I", "-c", _ASK]))
    library = list(_library(Path(facts["stdlib"]), facts["tag"]))
    modules = [path for path in library if path.suffix == ".so"]
    wanted = {python: python}
    wanted |= {str(path): str(path) for path in library}
    wanted |= {str(path): str(path) for path in [*_SYSTEM, *programs]}
    libraries = shared_libraries([python, "/bin/sh", *programs, *map(str, modules)])
    wanted |= {path: path for path in libraries | _name_services(libraries)}
    bundle = next((path for path in _CERTIFICATES if Path(path).exists()), None)
    if bundle:
        wanted |= {bundle: bundle, facts["certificates"]: bundle}
    return {inside: os.path.realpath(outside) for inside, outside in wanted.items() if Path(outside).is_file()}


def _library(stdlib: Path, tag: str) -> Iterable[Path]:
    """The standard library's files: sources, their plain byte code (or each start would compile), extensions."""
    for directory, children, files in os.walk(stdlib):
        children[:] = [name for name in children if name not in _LEFT_OUT and not name.startswith("config-")]
        cache = Path(directory).name == "__pycache__"
        for name in files:
            if name.endswith(f".{tag}.pyc") if cache else not name.startswith(_EXTENSIONS_LEFT_OUT):
                yield Path(directory, name)


def shared_libraries(programs: Iterable[str]) -> set[str]:
    """What the dynamic loader needs for these programs, itself included, as paths that the programs know."""
    # One call for all; ldd fails for a static program among them, and says the rest all the same.
    found = subprocess.run(["ldd", *programs], capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    return libraries_in(found.stdout)


def _name_services(libraries: Iterable[str]) -> set[str]:
    """What an older glibc loads by name when a program looks up a user or a host."""
    beside = {Path(path).parent for path in libraries if Path(path).name == "libc.so.6"}
    return {str(directory / f"libnss_{service}.so.2") for directory in beside for service in ("files", "dns")}


def libraries_in(ldd: str) -> set[str]:
    """The absolute paths in the output of ``ldd``."""
    return set(re.findall(r"(?:^|=>)\s*(/\S+) \(0x[0-9a-f]+\)$", ldd, flags=re.MULTILINE))


def chroot_env(python: str, programs: Iterable[str]) -> dict[str, str]:
    """Gather the tree anew, and say how Nomad puts it and the artifacts into a task's root.

    Nomad gives a directory in the root the mode it has outside, if it finds it outside: below a private home, nobody
    could reach anything. It looks at the destination, so that is relative here, and the agent's working directory is
    empty.
    """
    tree = agents_dir() / "runtime"
    gather(closure(python, programs), tree)
    artifacts = state_dir() / "artifacts"
    return {str(tree): ".", str(artifacts): str(artifacts).lstrip("/")}


def gather(files: Mapping[str, str], tree: Path) -> None:
    """Link, or where that cannot be copy, each file to its place below ``tree``; LocalError when the disk says no."""
    if tree.exists():
        shutil.rmtree(tree)
    try:
        tree.mkdir(parents=True)
        for inside, outside in files.items():
            target = tree / inside.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            _place(outside, target)
        for directory, _, _ in os.walk(tree):
            Path(directory).chmod(_DIRECTORY_MODE)
    except OSError as error:
        raise LocalError(f"cannot gather what tasks need in {tree}: {error}") from None


def _place(outside: str, target: Path) -> None:
    mode = stat.S_IMODE(Path(outside).stat().st_mode)
    readable = mode | 0o444 | (0o111 if mode & 0o100 else 0)
    if mode == readable:
        try:
            os.link(outside, target)
            return
        except OSError:  # another file system, or one without links
            pass
    shutil.copy2(outside, target)
    target.chmod(readable)


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise LocalError(f"cannot ask {command[0]} for its standard library: {error}") from None
