"""``make docs``: the documentation as a site. What leads nowhere, a page or a place on it, fails."""

import os
import subprocess
import sys
from pathlib import Path

from local.paths import REPO, state_dir


def build(place: Path) -> str:
    """Build the site into a folder, which it replaces; returns what was said. Exits with it when anything is wrong."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(place)],
        cwd=REPO,
        # The theme's makers announce another program of theirs at each build.
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    if done.returncode:
        sys.exit(done.stdout)
    return done.stdout


if __name__ == "__main__":
    folder = state_dir() / "site"
    build(folder)
    print(f"the documentation: {folder / 'index.html'}")
