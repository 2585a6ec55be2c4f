"""What an environment was before a change: the program and the choices of an earlier commit, on the simulated cloud."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.errors import LocalError
from local.paths import REPO

_WITHIN = 120.0


@contextmanager
def checked_out(ref: str, root: Path = REPO) -> Iterator[Path]:
    """The files of a commit, with this checkout's Python beside them, in a directory that is gone afterwards.

    Raises LocalError where the repository has no such commit: a shallow clone has few.
    """
    found = _git(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    if found.returncode:
        raise LocalError(f"there is no commit {ref!r} here: fetch it, or name another one by --base")
    archive = _git(root, "archive", "--format=tar", found.stdout.decode().strip())
    if archive.returncode:
        raise LocalError(f"cannot read the files of {ref!r}: {archive.stderr.decode(errors='replace').strip()}")
    with tempfile.TemporaryDirectory(prefix="foxden-base-") as directory:
        files = Path(directory)
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
            tar.extractall(files, filter="data")
        if (root / ".venv").exists():
            (files / ".venv").symlink_to(root / ".venv")
        yield files


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(root), *words], capture_output=True, timeout=_WITHIN)
