"""Gets what tests alone take, before any of them runs: a build of minutes would slow down those beside it."""

import os
import sys

from local.errors import LocalError
from local.toolchain.addons import ADDONS
from local.toolchain.checkers import CHECKERS, ensure
from local.toolchain.languages import yaml_host


def main() -> None:
    """Get all of it; ends with what was tried where something can't be had."""
    try:
        for tool in (*CHECKERS, *(ADDONS if _makes_clusters() else ())):
            ensure(tool)
        yaml_host()
    except LocalError as error:
        sys.exit(f"error: {error}")


def _makes_clusters() -> bool:
    """Whether tests/engine/kubernetes runs here."""
    return sys.platform == "linux" and os.geteuid() == 0


if __name__ == "__main__":
    main()
