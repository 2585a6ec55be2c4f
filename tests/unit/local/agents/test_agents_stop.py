"""What a stop looks for when the agents can no longer be asked."""

from pathlib import Path

import pytest

from local.agents.stop import clear_away, stop

FAKE_DOCKER = """\
#!/bin/sh
case "$*" in
ps*) echo "going mine theirs" ;;
*going*) echo "No such object: going" >&2; exit 1 ;;
"inspect mine") echo '[{"Mounts": [{"Source": "STATE/agents/local/nomad-client/alloc/1/alloc"}]}]' ;;
"inspect theirs") echo '[{"Mounts": [{"Source": "/var/lib/nomad/alloc/2/alloc"}, {"Type": "volume"}]}]' ;;
rm*) echo "$@" >> "STATE/removed" ;;
esac
"""
NO_ENGINE = "#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n"


def put_docker(script: str, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = state / "docker"
    program.write_text(script.replace("STATE", str(state)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{state}:/usr/bin:/bin")


def test_only_nomads_containers_below_the_state_directory_are_removed(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_docker(FAKE_DOCKER, state, monkeypatch)
    clear_away(None)
    assert (state / "removed").read_text() == "rm --force mine\n"


def test_an_engine_that_does_not_answer_is_no_trouble(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_docker(NO_ENGINE, state, monkeypatch)
    clear_away(None)


def test_where_nothing_was_started_nothing_is_stopped(state: Path) -> None:
    said: list[str] = []
    assert not stop(said.append)
    assert said == []


def test_files_of_a_cluster_that_is_gone_are_removed_and_others_stay(state: Path) -> None:
    for name in ("agents/local/consul.json", "cluster.json", "artifacts/pods/1/app.py", "logs/local-consul.log"):
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        (state / name).write_text("{}")
    said: list[str] = []
    assert stop(said.append)
    assert len(said) == 1
    assert sorted(path.name for path in state.iterdir()) == ["agents.lock", "artifacts", "logs"]
