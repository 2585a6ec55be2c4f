"""Gets what tests alone take, before any of them runs: a build of minutes would slow down those beside it."""

import sys

from local.errors import LocalError
from local.toolchain.checkers import CHECKERS, ensure
from local.toolchain.languages import yaml_host
from local.toolchain.minors import API_SERVERS


def main() -> None:
    """Get all of it; ends with what was tried where something can't be had."""
    try:
        for tool in (*CHECKERS, *API_SERVERS.values()):
            ensure(tool)
        yaml_host()
    except LocalError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
