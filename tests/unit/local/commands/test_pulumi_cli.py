"""Pulumi's command line, with a `pulumi` that does what a test tells it to."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from local.commands import pulumi_cli, pulumi_process
from local.commands.pulumi_cli import Pulumi
from local.commands.pulumi_events import Narrator
from local.errors import LocalError

JOB = "urn:pulumi:local::foxden::nomad:index/job:Job::pods"
FAKE = """\
#!{python} -IS
import json, os, signal, sys, time
from pathlib import Path
here = Path({here!r})
with (here / "calls").open("a") as calls:
    print(*sys.argv[1:], file=calls)
options = dict(zip(sys.argv[1:], sys.argv[2:]))
def tell(*events):
    with open(options["--event-log"], "a") as log:
        for event in events:
            print(json.dumps(event), file=log)
def job(kind, operation):
    return {{kind: {{"metadata": {{"op": operation, "urn": {job!r}}}}}}}
def done(name):
    (here / name).touch()
def is_first(name):
    first = not (here / name).exists()
    done(name)
    return first
"""

Script = Callable[[str], Path]


@pytest.fixture
def script(state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Makes the `pulumi`; returns where it notes its calls."""
    program = tmp_path / "pulumi-fake"
    monkeypatch.setattr(pulumi_cli, "environment", lambda: dict(os.environ))
    monkeypatch.setattr(pulumi_process, "tool", lambda name: program)

    def make(text: str) -> Path:
        program.write_text(FAKE.format(python=sys.executable, here=str(tmp_path), job=JOB) + text)
        program.chmod(0o755)
        return tmp_path / "calls"

    return make


def calls(file: Path) -> list[str]:
    return [" ".join(line.split()[:2]) for line in file.read_text().splitlines()]


def test_what_is_done_is_reported_as_it_happens(script: Script) -> None:
    script('tell(job("resourcePreEvent", "create"), job("resOutputsEvent", "create"))')
    said: list[str] = []
    told = Pulumi("local", said.append).up()
    assert (said, told.changed) == (["created Job pods"], 1)


def test_pulumi_is_given_a_copy_of_the_stack_file(script: Script, state: Path) -> None:
    notes = script('Path(options["--config-file"]).write_text("encryptionsalt: v1:x")')
    before = (Path(__file__).parents[4] / "Pulumi.local.yaml").read_bytes()
    Pulumi("local", print).up()
    assert f"--config-file {state}/pulumi-work/local/Pulumi.local.yaml" in notes.read_text()
    assert (Path(__file__).parents[4] / "Pulumi.local.yaml").read_bytes() == before


def test_a_stack_that_is_missing_is_made(script: Script) -> None:
    notes = script(
        """
if sys.argv[1] == "stack":
    done("made")
elif not (here / "made").exists():
    sys.exit("error: no stack named 'local' found")
"""
    )
    Pulumi("local", print).up()
    assert calls(notes) == ["up --skip-preview", "stack init", "up --skip-preview"]


def test_a_failure_has_the_engines_errors_and_where_the_rest_is(script: Script) -> None:
    script(
        """
error = {"severity": "error", "message": "no memory", "urn": job("x", "y")["x"]["metadata"]["urn"]}
tell(job("resourcePreEvent", "update"), {"diagnosticEvent": error})
sys.exit(255)
"""
    )
    with pytest.raises(
        LocalError, match=r"pulumi up failed \(all it said is in .*pulumi-local.log\):\nJob pods: no mem"
    ):
        Pulumi("local", print).up()


def test_looking_at_what_is_there_changes_nothing_and_says_why_it_can_not(script: Script) -> None:
    notes = script('tell(job("resourcePreEvent", "refresh"), job("resOutputsEvent", "same"))')
    Pulumi("local", print).look(Narrator())
    assert calls(notes) == ["refresh --preview-only"]
    script('sys.exit("error: no credentials")')
    with pytest.raises(LocalError, match=r"cannot see what is there of 'local' .*\nerror: no credentials"):
        Pulumi("local", print).look(Narrator())


def test_a_failure_before_the_engine_runs_has_what_was_printed(script: Script) -> None:
    script('print("warning: old"); sys.exit("error: incorrect passphrase")')
    with pytest.raises(LocalError, match=r"error: incorrect passphrase$"):
        Pulumi("local", print).up()
    script("os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(LocalError, match="exit code -9"):
        Pulumi("local", print).up()


def locked_by(pid: int, host: str) -> str:
    return f"""
if sys.argv[1] == "cancel":
    done("cancelled")
elif not (here / "cancelled").exists():
    print("error: the stack is currently locked by 1 lock(s). Either wait ...")
    print("  file:///x.json: created by me@{host} (pid {pid}) at 2030-01-01T00:00:00Z")
    sys.exit(255)
"""


def dead_pid() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_the_lock_of_a_run_that_was_killed_is_removed(script: Script) -> None:
    notes = script(locked_by(dead_pid(), socket.gethostname()))
    Pulumi("local", print).up()
    assert calls(notes) == ["up --skip-preview", "cancel --yes", "up --skip-preview"]


def test_the_lock_of_somebody_at_work_is_left_alone(script: Script, tmp_path: Path) -> None:
    notes = script(locked_by(dead_pid(), "elsewhere.example"))
    with pytest.raises(LocalError, match="pulumi is at work on the stack 'local'"):
        Pulumi("local", print).up()
    link = tmp_path / "pulumi-by-hand"
    link.symlink_to("/bin/sleep")
    by_hand = subprocess.Popen([str(link), "30"])
    try:
        script(locked_by(by_hand.pid, socket.gethostname()))
        with pytest.raises(LocalError, match=rf"pid {by_hand.pid}"):
            Pulumi("local", print).up()
        assert by_hand.poll() is None
    finally:
        by_hand.kill()
        by_hand.wait()
    assert "cancel" not in notes.read_text()


def test_a_run_of_ours_that_lost_its_command_is_ended(script: Script, tmp_path: Path, state: Path) -> None:
    link = tmp_path / "pulumi-lost"
    link.symlink_to("/bin/sleep")
    lost = psutil.Popen([str(link), "30"], env={"FOXDEN_PULUMI": str(state)}, start_new_session=True)
    said: list[str] = []
    script(locked_by(lost.pid, socket.gethostname()))
    Pulumi("local", said.append).up()
    assert not lost.is_running()
    assert said == [f"ending an earlier pulumi that lost its command (pid {lost.pid})"]


def test_what_an_earlier_run_left_half_done_is_cleared_after_success(script: Script) -> None:
    notes = script(
        """
message = "Attempting ... with 1 pending operations from previous deployment."
if sys.argv[1] == "up":
    tell({"diagnosticEvent": {"severity": "warning", "message": message}})
"""
    )
    said: list[str] = []
    Pulumi("local", said.append).up()
    assert said == ["clearing what an earlier run left half done"]
    assert "refresh --skip-preview --clear-pending-creates" in notes.read_text()


def test_a_stack_is_destroyed_and_forgotten_and_none_is_no_error(script: Script) -> None:
    notes = script("")
    Pulumi("local", print).destroy(limit=20)
    assert calls(notes) == ["destroy --skip-preview", "stack rm"]
    script("""sys.exit("error: no stack named 'local' found")""")
    Pulumi("local", print).destroy(limit=20)
    Pulumi("local", print).forget()


def test_time_is_bounded_and_pulumi_is_ended(script: Script) -> None:
    script("time.sleep(60)")
    begun = time.monotonic()
    with pytest.raises(LocalError, match="not through within 0 s"):
        Pulumi("local", print).up(limit=0.3)
    assert time.monotonic() - begun < 10
    assert not [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]


def interrupt_when(there: Path, times: int = 1) -> None:
    """Ctrl-C once a file is there, and again a little later."""

    def wait_and_kill() -> None:
        while not there.exists():
            time.sleep(0.01)
        for _ in range(times):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.3)

    threading.Thread(target=wait_and_kill, daemon=True).start()


def test_ctrl_c_lets_pulumi_end_what_it_does(script: Script, tmp_path: Path) -> None:
    script(
        """
def stop(number, frame):
    done("ended well")
    sys.exit(255)
signal.signal(signal.SIGINT, stop)
done("ready")
time.sleep(60)
"""
    )
    interrupt_when(tmp_path / "ready")
    with pytest.raises(KeyboardInterrupt):
        Pulumi("local", print).up()
    assert (tmp_path / "ended well").exists()


def test_a_second_ctrl_c_ends_pulumi_and_its_plugins_at_once(script: Script, tmp_path: Path) -> None:
    script(
        """
import subprocess
signal.signal(signal.SIGINT, signal.SIG_IGN)
plugin = subprocess.Popen(["sleep", "60"])
(here / "plugin").write_text(str(plugin.pid))
time.sleep(60)
"""
    )
    interrupt_when(tmp_path / "plugin", times=2)
    with pytest.raises(KeyboardInterrupt):
        Pulumi("local", print).up()
    plugin = int((tmp_path / "plugin").read_text())
    assert not psutil.pid_exists(plugin) or psutil.Process(plugin).status() == psutil.STATUS_ZOMBIE
    assert not psutil.Process().children()


def test_what_takes_long_is_named_with_what_is_wrong_there(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi_process, "_STILL_EVERY", 0.3)
    script('tell(job("resourcePreEvent", "update")); time.sleep(0.9); tell(job("resOutputsEvent", "update"))')
    said: list[str] = []
    Pulumi("local", said.append, lambda: ["pods 1234 has ended"]).up()
    assert said[:2] == ["still updating Job pods", "pods 1234 has ended"]
    assert said[-1] == "updated Job pods"


def test_half_a_line_of_events_waits_for_its_end(tmp_path: Path) -> None:
    from local.commands.pulumi_events import Narrator

    events = tmp_path / "events"
    said: list[str] = []
    told = pulumi_process.Told(events, Narrator(), said.append, tuple)
    told.catch_up()
    line = json.dumps({"resOutputsEvent": {"metadata": {"op": "create", "urn": JOB}}})
    events.write_text(line[:20])
    told.catch_up()
    assert said == []
    events.write_text(line + "\n")
    told.catch_up()
    told.catch_up()
    assert said == ["created Job pods"]


def test_a_state_that_is_nowhere_says_where_it_was_looked_for(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///somewhere")
    script("print(\"error: no stack named 'dev' found\", file=sys.stderr)\nsys.exit(255)")
    with pytest.raises(LocalError, match="no stack 'dev' in file:///somewhere: PULUMI_BACKEND_URL says where"):
        Pulumi("dev", print).exported()
