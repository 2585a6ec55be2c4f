"""The units of this node, as systemd is told of them."""

import subprocess
from pathlib import Path

_DROP_IN = "/run/systemd/system/{unit}.service.d/leaving.conf"


def systemctl(*arguments: str) -> int:
    """Call it; gives the code that it ended with."""
    return subprocess.run(["systemctl", *arguments], check=False, timeout=120).returncode


def is_active(unit: str) -> bool:
    """Whether a unit runs."""
    return systemctl("is-active", "--quiet", unit) == 0


def keep_ended(*units: str) -> None:
    """From now on a unit of these that ends is not started again, until the machine is."""
    for unit in units:
        file = Path(_DROP_IN.format(unit=unit))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("[Service]\nRestart=no\n")
    systemctl("daemon-reload")
