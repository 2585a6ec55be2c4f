"""What make is given is what a command takes, or an error: nothing of it is passed over in silence."""

import re
import subprocess

import pytest

from local.paths import REPO


def _told(*words: str) -> tuple[int, str]:
    """What make would do; nothing is done."""
    done = subprocess.run(
        ["make", "-n", *words], cwd=REPO, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["down", "STACK=demo"], "make down takes no STACK, but ENV."),
        (["audit", "ENV=demo"], "make audit takes no ENV, but FILE REFRESH STACK."),
        (["status", "S=pods"], "make status takes no S."),
        (["logs"], "make logs needs S: see 'make help'."),
        (["connect"], "make connect needs STACK: see 'make help'."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_a_command_does_not_take_or_lacks_is_told(words: list[str], said: str) -> None:
    code, output = _told(*words)
    assert code == 2 and said in output and "local " not in output, output


@pytest.mark.parametrize(
    ("words", "called"),
    [
        (["down", "ENV=demo"], "-m local down --env 'demo'"),
        (["up", "FOXDEN_DOCKER=0"], "-m local up "),
        (["logs", "S=pods", "N=3"], "-m local logs --service 'pods' --lines '3'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_it_takes_reaches_the_command(words: list[str], called: str) -> None:
    code, output = _told(*words)
    assert code == 0 and called in re.sub(" +", " ", output), output


def test_help_names_each_option_that_a_recipe_hands_over() -> None:
    """For what is in no line of it is refused."""
    text = (REPO / "Makefile").read_text()
    for target, help_, recipe in re.findall(r"^([a-z-]+):.*?## (.*)\n((?:\t.*\n)+)", text, re.MULTILINE):
        for name in re.findall(r"\$\(call (?:option|needed|given),([A-Z]+)", recipe):
            assert f"{name}=" in help_, f"make {target}: {name}"
