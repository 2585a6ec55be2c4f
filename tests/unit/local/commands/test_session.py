"""One command at a time, and one way to be interrupted."""

import os
import signal
from pathlib import Path

import pytest

from local.__main__ import main
from local.commands.session import session
from local.errors import LocalError


def test_a_second_command_is_told_so_at_once_and_a_later_one_is_not(state: Path) -> None:
    with session(), pytest.raises(LocalError, match="another 'make up'"), session():
        pass
    with session():
        pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_is_like_ctrl_c(state: Path, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), session():
        os.kill(os.getpid(), number)
        signal.sigtimedwait([], 1)
    assert signal.getsignal(number) == before


def test_a_state_directory_that_can_not_be_is_said(state: Path) -> None:
    state.write_text("in the way")
    with pytest.raises(LocalError, match="cannot keep state in"), session():
        pass


def test_a_secret_is_read_from_standard_input(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    value = tmp_path / "value"
    value.write_text("my own \n")
    with value.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert main(["secret", "--name", "pods-api-key"]) == 0
    from local import secrets

    assert secrets.ensure("local", ["pods-api-key"]) == {"pods-api-key": "my own "}
    assert "my own" not in capsys.readouterr().out


def test_status_without_a_cluster_says_so_and_is_no_error(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 0
    assert "nothing is running here" in capsys.readouterr().out
    assert not state.exists()


def test_logs_without_a_cluster_is_an_error_for_people(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs", "--service", "pods"]) == 1
    assert capsys.readouterr().err.startswith("error: the cluster does not answer")
