"""Taking away: all of it, nothing else, and safe to repeat."""

from pathlib import Path

import psutil
import pytest

from local.__main__ import main
from local.commands import environments


def test_down_with_nothing_there_leaves_nothing_and_can_be_repeated(state: Path) -> None:
    for _ in range(2):
        assert main(["down"]) == 0
        assert not state.exists()


def test_all_our_state_goes_and_nobody_elses(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("artifacts/pods/v1/app.py", "logs/consul.log", "pulumi/x", "secrets/local.json", "tools.json"):
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        (state / name).touch()
    (state / "notes.txt").touch()
    assert main(["down"]) == 0
    assert [path.name for path in state.iterdir()] == ["notes.txt"]
    assert "not ours: notes.txt" in capsys.readouterr().out


def test_the_state_of_what_is_not_on_this_machine_stays(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever deployed dev, or a project of theirs, with the backend of ``make env`` has it here and nowhere else."""
    stacks = state / "pulumi" / ".pulumi" / "stacks"
    deployed = '{"checkpoint": {"latest": {"resources": [{"urn": "urn:x"}]}}}'
    texts = {"foxden/dev": deployed, "foxden/local": deployed, "foxden/new": '{"checkpoint": {}}', "reports/dev": "{"}
    for name, text in texts.items():
        (stacks / f"{name}.json").parent.mkdir(parents=True, exist_ok=True)
        (stacks / f"{name}.json").write_text(text)
    (state / "logs").mkdir()
    for _ in range(2):
        assert main(["down"]) == 0
        assert "the states of foxden/dev, reports/dev\n" in capsys.readouterr().out
        assert [path.name for path in state.iterdir()] == ["pulumi"]
        assert (stacks / "foxden" / "dev.json").read_text() == deployed


def test_a_pulumi_that_lost_its_command_is_ended_first(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def sleeper(name: str, owner: Path) -> psutil.Popen:
        (tmp_path / name).symlink_to("/bin/sleep")
        marked = {"FOXDEN_PULUMI": str(owner)}
        process = psutil.Popen([str(tmp_path / name), "30"], env=marked, start_new_session=True)
        while process.environ() != marked:  # the kernel shows it a moment after the program began
            pass
        return process

    lost = [sleeper("pulumi", state), sleeper("plugin", state)]
    other = sleeper("pulumi-of-others", tmp_path / "other")
    try:
        assert main(["down"]) == 0
        assert [process.is_running() for process in lost] == [False, False]
        assert other.is_running()
    finally:
        for process in (*lost, other):
            if process.is_running():
                process.kill()
                process.wait()
    assert "ended what an earlier command had left at work" in capsys.readouterr().out


def test_an_environment_that_is_not_there_is_no_error(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["down", "--env", "demo"]) == 0
    assert "'demo' was not there" in capsys.readouterr().out


def test_the_base_stays_while_others_are_on_it(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environments.record("local")
    environments.record("demo")
    assert main(["down", "--env", "local"]) == 1
    assert "demo is on the cluster of 'local'" in capsys.readouterr().err


def test_one_environment_of_a_dead_cluster_is_not_taken_away_silently(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environments.record("demo")
    assert main(["down", "--env", "demo"]) == 1
    assert "the cluster does not answer" in capsys.readouterr().err
    assert environments.recorded() == ["demo"]


def test_what_does_not_expire_is_not_reaped(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environments.record("local")
    assert main(["reap"]) == 0
    assert "'local' stays: it does not expire" in capsys.readouterr().out
    assert environments.recorded() == ["local"]
