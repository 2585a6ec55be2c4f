"""Being an ordinary user: as root by changing to one, else simply as who runs the tests."""

import os
import shlex
import stat
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from local.paths import cache_dir
from tests.engine.harness.site import Site, new_site

NOBODY = 65534
"""The user and group that no file belongs to."""
_SWITCH = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


def ordinary_site() -> Site:
    """A site whose commands are run by an ordinary user, with a home and a cache of their own."""
    if os.geteuid() != 0:
        return new_site()
    site = new_site()
    home, cache = site.root / "home", site.root / "cache"
    home.mkdir()
    cache.mkdir()
    (cache / "tools").symlink_to(cache_dir() / "tools")
    for path in (site.root, *site.root.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    own = {"HOME": str(home), "USER": "nobody", "LOGNAME": "nobody", "FOXDEN_CACHE": str(cache)}
    needed = {Path(path).resolve() for path in (sys.base_prefix, sysconfig.get_path("purelib"), cache_dir() / "tools")}
    return Site(site.root, {**site.env, **own}, [*_view(needed, site.root / "view"), *_SWITCH])


def _view(needed: Iterable[Path], stage: Path) -> list[str]:
    """A command in front of others that lets them reach these directories, though they lie in a private home.

    It gives them a mount namespace of their own, in which the homes are empty but for these directories.
    """
    hidden = {path: closed for path in sorted(needed) if (closed := _closed_ancestor(path))}
    if not hidden:
        return []
    lines = ["set -eu"]
    for number, path in enumerate(hidden):
        lines.append(f"mkdir -p {_quoted(stage / str(number))}")
        lines.append(f"mount --bind {_quoted(path)} {_quoted(stage / str(number))}")
    for closed in sorted(set(hidden.values())):
        lines.append(f"mount -t tmpfs -o mode=0755,size=1m foxden {_quoted(closed)}")
    for number, path in enumerate(hidden):
        lines.append(f"mkdir -p {_quoted(path)}")
        lines.append(f"mount --bind {_quoted(stage / str(number))} {_quoted(path)}")
    lines.append('exec "$@"')
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", "\n".join(lines), "sh"]


def _closed_ancestor(path: Path) -> Path | None:
    """The outermost directory above ``path`` that others may not enter."""
    open_to_all = stat.S_IROTH | stat.S_IXOTH
    assert path.stat().st_mode & open_to_all == open_to_all, f"an ordinary user can't read {path}: chmod -R o+rX {path}"
    return next((place for place in reversed(path.parents) if not place.stat().st_mode & stat.S_IXOTH), None)


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
