"""Nothing that Nomad starts gets to the metadata service, or Nomad isn't started."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from foxden.boot.files.node import firewall
from tests.unit.boot.samples import SERVER, WORKER, files

RULES = """\
*filter
:FOXDEN-METADATA - [0:0]
-A FOXDEN-METADATA -m owner --uid-owner nobody -j REJECT
-A FOXDEN-METADATA -m cgroup --path system.slice -j RETURN
-A FOXDEN-METADATA -j REJECT
COMMIT
"""
TAIL = ("--protocol", "tcp", "--syn", "--jump", "FOXDEN-METADATA")
V4 = ("OUTPUT", "--destination", "169.254.169.254", *TAIL)
V6 = ("OUTPUT", "--destination", "fd00:ec2::254", *TAIL)
DOCKER = ("systemctl", "show", "--property=MainPID", "--value", "docker.service")
RESTART = ("systemctl", "restart", "docker.service")


class Machine:
    """What a machine's programs are told, and say."""

    def __init__(self, proc: Path) -> None:
        self.proc = proc
        self.told: list[tuple[str, ...]] = []
        self.given: dict[str, str] = {}
        self.fails: dict[str, str] = {}
        """Name of a program -> what it says when it fails."""
        self.rules: set[tuple[str, ...]] = set()
        self.docker = "0"
        self.mended = True
        """Whether Docker has what it is to have once it was started again."""
        (proc / "net").mkdir()
        (proc / "net/if_inet6").touch()

    def runs_docker(self, *arguments: str) -> None:
        self.docker = "77"
        (self.proc / "77").mkdir(exist_ok=True)
        (self.proc / "77/cmdline").write_bytes("\0".join(("dockerd", *arguments, "")).encode())

    def run(self, command: tuple[str, ...], *, input: str, **_: Any) -> subprocess.CompletedProcess[str]:
        self.told.append(command)
        self.given[command[0]] = input
        program, *arguments = command
        code = 1 if program in self.fails else 0
        if "--check" in arguments and (program, *arguments[2:]) not in self.rules:
            code = 1
        elif "--insert" in arguments:
            self.rules.add((program, *arguments[2:]))
        elif command == RESTART and self.mended:
            self.runs_docker("--cgroup-parent=containers.slice")
        if code:
            raise subprocess.CalledProcessError(code, command, "", self.fails.get(program, ""))
        return subprocess.CompletedProcess(command, 0, f"{self.docker}\n" if command == DOCKER else "", "")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    monkeypatch.setattr(firewall, "_PROC", tmp_path)
    monkeypatch.setattr("subprocess.run", made.run)
    return made


def test_both_addresses_are_closed_to_all_but_the_machines_own_services(machine: Machine) -> None:
    firewall.close()
    assert machine.rules == {("iptables", *V4), ("ip6tables", *V6)}
    assert machine.given["iptables-restore"] == machine.given["ip6tables-restore"] == RULES


def test_what_a_chain_has_is_there_before_packets_are_sent_through_it(machine: Machine) -> None:
    firewall.close()
    of_v4 = [(each[0], each[2 if each[0] == "iptables" else 1]) for each in machine.told if each[0].startswith("ipt")]
    assert of_v4 == [("iptables-restore", "--noflush"), ("iptables", "--check"), ("iptables", "--insert")]


def test_when_nomad_is_started_again_nothing_is_there_twice(machine: Machine) -> None:
    firewall.close()
    firewall.close()
    assert len([each for each in machine.told if "--insert" in each]) == 2


def test_a_kernel_without_ipv6_needs_no_rules_for_it(machine: Machine) -> None:
    (machine.proc / "net/if_inet6").unlink()
    firewall.close()
    assert machine.rules == {("iptables", *V4)}


@pytest.mark.parametrize("program", ["iptables-restore", "ip6tables-restore", "systemctl"])
def test_nomad_is_not_started_where_the_service_can_not_be_closed(machine: Machine, program: str) -> None:
    machine.fails = {program: "Extension cgroup is not there"}
    with pytest.raises(SystemExit, match=rf"Nomad is not started, .* open .*{program}.* Extension cgroup is not there"):
        firewall.close()


def test_docker_is_left_alone_where_it_starts_containers_apart(machine: Machine) -> None:
    machine.runs_docker("-H", "fd://", "--cgroup-parent=containers.slice")
    firewall.close()
    assert RESTART not in machine.told


@pytest.mark.parametrize("mended", [True, False])
def test_docker_that_was_started_before_it_was_told_is_started_again(machine: Machine, mended: bool) -> None:
    machine.runs_docker("-H", "fd://")
    machine.mended = mended
    if mended:
        firewall.close()
    else:
        with pytest.raises(SystemExit, match=r"docker was started without --cgroup-parent=containers\.slice"):
            firewall.close()
    assert machine.told.count(RESTART) == 1


def test_a_worker_closes_it_before_its_nomad_starts_and_a_server_runs_no_services() -> None:
    folder = "/etc/systemd/system"
    there = files(WORKER)
    unit = there[f"{folder}/nomad.service"].splitlines()
    starts = [line for line in unit if line.startswith("ExecStart")]
    assert starts[0] == "ExecStartPre=/usr/local/bin/foxden-node firewall"
    assert f"--cgroup-parent={firewall.CONTAINERS} " in there[f"{folder}/docker.service.d/foxden.conf"]
    assert "foxden-node firewall" not in files(SERVER)[f"{folder}/nomad.service"]
    assert f"{folder}/docker.service.d/foxden.conf" not in files(SERVER)
