"""The Makefile's targets hand over to the commands what a user gives them."""

import os
import re

import pytest

from tests.engine.harness.command import Done, run
from tests.engine.harness.site import Site


@pytest.fixture
def made(site: Site) -> Site:
    """A clone whose virtual environment the Makefile takes for finished: it has the libraries of this run."""
    (site.checkout / ".venv" / ".ready").touch()
    return site


def _make(site: Site, *words: str, expect: int = 0) -> Done:
    return run(site.words("make", *words), site.checkout, site.env, within=180, expect=expect)


def test_make_env_prints_exports_and_nothing_else(made: Site) -> None:
    """So that a shell can evaluate it; Pulumi, Nomad and Consul then know where they are."""
    said = _make(made, "-s", "env").output
    assert all(line.startswith(("export ", "unset ")) for line in said.splitlines()), said
    for command in ("pulumi stack ls", "nomad --version", "consul --version"):
        asked = ["bash", "-c", f"{said}\n{command}"]
        done = run(asked, made.checkout, {**made.env, "PATH": os.environ["PATH"]}, within=60)
        assert done.output.strip(), done


def test_make_status_and_logs_show_what_the_commands_show(made: Site) -> None:
    """Options on the command line of make reach the command; a wrong one is told in words."""
    assert "pods" in _make(made, "status").output
    logs = _make(made, "logs", "S=pods", "N=1").output
    assert 0 < len(logs.splitlines()) <= 2 * 2 * 1, f"one line of each stream of both instances: {logs}"
    wrong = _make(made, "logs", "S=podz", expect=2).output
    assert "did you mean 'pods'?" in wrong and "Traceback" not in wrong, wrong


def test_make_audit_judges_what_runs_by_the_state_that_pulumi_keeps(made: Site) -> None:
    """Without a file: the state is asked of Pulumi, and read without its passphrase."""
    audited = _make(made, "audit", "STACK=local").output
    found = re.search(
        r"^'local': (\d+) resources by the levels of local: 0 mandatory, \d+ advisory$", audited, re.MULTILINE
    )
    assert found and int(found[1]) > 10, audited
    there = _make(made, "audit", "STACK=local", "REFRESH=1").output
    assert f"'local': {found[1]} resources by the levels of local: 0 mandatory" in there, there
    nowhere = _make(made, "audit", "STACK=nowhere", expect=2).output
    assert "nowhere" in nowhere and "Traceback" not in nowhere, nowhere


def test_make_help_names_every_target(made: Site) -> None:
    """The first thing that a newcomer types."""
    said = _make(made, "help").output
    for target in ("up", "down", "status", "logs", "reap", "env", "tools", "test", "bench"):
        assert f"make {target} " in said, said
