"""Scripts and units, looked at by the programs that know them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from foxden.schedulers.nomad import nodes
from tests.unit.boot.samples import NODES, SERVER, WORKER, files

FILES = Path(nodes.__file__).parents[2] / "boot" / "files"
SCRIPTS = sorted(FILES.glob("*.sh"))
EXPOSED_AT_MOST = {"consul": 2.5, "nomad": 2.5, "foxden-configure": 3.0, "foxden-node": 3.0}
"""By the measure of systemd-analyze, which goes to 10. Nomad of a worker is not among them: it starts containers."""


def tool(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is missing: tests/packages.sh installs it"
    return found


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_shellcheck_has_nothing_to_say(script: Path) -> None:
    done = subprocess.run([tool("shellcheck"), str(script)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


def units(node) -> dict[str, str]:
    folder = "/etc/systemd/system/"
    return {path.removeprefix(folder): text for path, text in files(node).items() if path.startswith(folder)}


@pytest.mark.parametrize("name", NODES)
def test_agents_are_started_again_without_end(name: str) -> None:
    for unit in ("consul.service", "nomad.service", "foxden-node.service"):
        text = units(NODES[name])[unit]
        assert "\nRestart=always\n" in text
        assert "\nStartLimitIntervalSec=0\n" in text
        assert "\nLimitNOFILE=" in text and "\nTasksMax=" in text
        assert "\nSyslogIdentifier=" in text


def test_agents_begin_with_what_they_are_configured_with() -> None:
    for text in (units(WORKER)["consul.service"], units(WORKER)["nomad.service"]):
        assert "\nRequires=foxden-configure.service\n" in text
        assert "foxden-configure.service" in next(line for line in text.splitlines() if line.startswith("After="))


def exposure(directory: Path, name: str, text: str) -> float:
    # The programs that it starts are not on this machine; nothing depends on which they are.
    text = re.sub(r"^ExecStart=\S+.*$", "ExecStart=/bin/true", text, flags=re.MULTILINE)
    (directory / name).write_text(text)
    command = [tool("systemd-analyze"), "security", "--offline=true", "--no-pager", str(directory / name)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found, done.stdout[-500:] + done.stderr
    return float(found[1])


@pytest.mark.parametrize("unit", EXPOSED_AT_MOST)
def test_what_a_unit_may_do_is_little(unit: str, tmp_path: Path) -> None:
    name = f"{unit}.service"
    assert exposure(tmp_path, name, units(SERVER)[name]) <= EXPOSED_AT_MOST[unit]


@pytest.mark.parametrize("name", NODES)
def test_systemd_knows_every_setting(name: str, tmp_path: Path) -> None:
    for unit, text in units(NODES[name]).items():
        plain = re.sub(r"^(Exec\w+)=.*$", r"\1=/bin/true", text, flags=re.MULTILINE)
        file = tmp_path / unit
        file.parent.mkdir(exist_ok=True)
        file.write_text(plain)
        if file.parent != tmp_path:  # an addition to a package's unit
            (tmp_path / file.parent.name.removesuffix(".d")).write_text("[Service]\nExecStart=/bin/true\n")
    command = [tool("systemd-analyze"), "verify", "--man=no", *map(str, tmp_path.glob("*.service"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert ours == []
