"""What the tutorials show is what it does: files are run or composed, commands are there, messages are said."""

import ast
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from foxden.service.parse import read_service
from local import stackfiles
from local.paths import REPO
from stacks import local
from stacks.services import SERVICES
from stacks.settings import parse_settings
from tests.local_cluster import put_on_paper
from tests.mocks import Recorded, reveal, run
from tests.tutorials import BLOCK, PAGES, blocks, text_of, titled, written
from tests.unit.apps.running import APPS, address

JOB = "nomad:index/job:Job"
MAKEFILE = (REPO / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE))
VARIABLES = {"ENV", *re.findall(r"\$\(call (?:option|needed|given|quoted),([A-Z]+)", MAKEFILE)}
PROGRAMS = {"make", "curl", "pip", "pulumi"}
SERVICES_FILE = "stacks/services.py"


def entries(text: str) -> Any:
    """A part of the services' mapping."""
    return ast.literal_eval(f"{{{text}}}")


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_it_is(page: str) -> None:
    found = list(blocks(page))
    assert len(found) == text_of(page).count("```") / 2 > 1
    assert [block for block in found if block.language not in ("sh", "text") and not block.title] == []


@pytest.mark.parametrize("page", PAGES)
def test_commands_are_those_that_there_are(page: str) -> None:
    lines = [line for block in blocks(page) if block.language == "sh" for line in block.text.splitlines()]
    text = text_of(page)
    lines += [line for line in re.findall(r"`(make [^`]*)`", BLOCK.sub("", text)) if "..." not in line]
    for line in lines:
        program, *arguments = shlex.split(line)
        assert program in PROGRAMS, line
        if program == "make":
            target, *choices = arguments
            assert target in TARGETS, line
            assert {choice.partition("=")[0] for choice in choices} <= VARIABLES, line


@pytest.fixture
def composed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Composes the local environment, or one on its cluster, with some services more."""
    monkeypatch.setenv("FOXDEN_STATE", str(tmp_path))
    put_on_paper(tmp_path)

    def compose(environment: str, given: dict[str, Any], services: dict[str, Any]) -> Recorded:
        for name, entry in services.items():
            monkeypatch.setitem(SERVICES, name, {"command": ["/usr/bin/python3"], "version": "1", **entry})
        return run(lambda: local.compose(parse_settings(environment, "local", given)), stack=environment)

    return compose


# Your first service


def test_the_first_service_runs(tmp_path: Path) -> None:
    page = "tutorials/first-service"
    written(page, tmp_path)
    place = (tmp_path / "examples/apps/hello/app.py").parent
    shutil.copytree(APPS / "common", place, dirs_exist_ok=True)
    needs = address("pods", "http://127.0.0.1:1")
    process = subprocess.Popen(
        [sys.executable, "-B", str(place / "app.py")],
        env={"PATH": os.defpath, "HOST": "127.0.0.1", "PORT": "0", **needs},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("hello dev listens on ")
    process.terminate()
    said, _ = process.communicate(timeout=15)
    assert (process.returncode, said) == (0, "hello ends: finishing requests\n")


def test_the_first_service_is_deployed_with_its_need_and_its_address(composed: Any) -> None:
    first, broken = map(entries, titled("tutorials/first-service", SERVICES_FILE))
    done = composed("local", stackfiles.values("local"), first)
    assert done.exports["urls"]["hello"] == "http://hello.foxden.localhost:8080/"
    assert "PODS_URL" in done.of_type(JOB)["hello"].inputs["jobspec"]
    changed = composed("local", stackfiles.values("local"), broken)
    assert "/nowhere" in changed.of_type(JOB)["hello"].inputs["jobspec"]


def test_the_first_services_message_is_said() -> None:
    (entry,) = titled("tutorials/first-service", SERVICES_FILE)[:1]
    _, problems = read_service("hello", {"image": "a:1", **entries(entry)["hello"], "replicsa": 3})
    (block,) = (block for block in blocks("tutorials/first-service") if block.language == "text")
    assert block.text.splitlines() == [str(problem) for problem in problems]


# A new environment


def test_a_special_purpose_environment_is_what_its_file_says(composed: Any, tmp_path: Path) -> None:
    written("tutorials/new-environment", tmp_path)
    shutil.copy(REPO / "Pulumi.local.yaml", tmp_path)
    given = stackfiles.values("demo", tmp_path)
    done = composed("demo", given, {})
    spec = reveal(done.of_type(JOB)["pods"].inputs["jobspec"])
    assert '"LOG_LEVEL": "debug"' in spec or '"LOG_LEVEL":"debug"' in spec
    assert '"Count":1' in spec.replace(" ", "")
    assert done.exports["urls"]["ionic-apps"] == "http://app.demo.foxden.localhost:8080/"


# How to


@pytest.mark.parametrize("entry", titled("how-to", SERVICES_FILE))
def test_a_service_of_a_how_to_is_deployed(composed: Any, entry: str) -> None:
    services = entries(entry)
    done = composed("local", stackfiles.values("local"), services)
    assert set(services) <= set(done.of_type(JOB))


def test_choices_of_a_how_to_are_taken(composed: Any) -> None:
    (text,) = titled("how-to", "Pulumi.local.yaml")
    choices = {key.removeprefix("foxden:"): value for key, value in yaml.safe_load(text)["config"].items()}
    hello = {"hello": {"port": 8080, "needs": ["ledger"]}}
    done = composed("local", {**stackfiles.values("local"), **choices}, hello)
    assert "https://ledger.example.com" in done.of_type(JOB)["hello"].inputs["jobspec"]


# In your own project


def test_a_project_of_ones_own_deploys(tmp_path: Path) -> None:
    written("tutorials/your-own-project", tmp_path)
    exported = {
        "connection": {
            "scheduler": "nomad",
            "environment": "dev",
            "domain": "dev.foxden.example",
            "address": "https://nomad.example.com:4646",
            "discovery_address": "https://consul.example.com:8501",
            "token": "t",
        }
    }
    done = run(lambda: runpy.run_path(str(tmp_path / "__main__.py")), stacks={"organization/foxden/dev": exported})
    assert done.exports["url"] == "https://reports.dev.foxden.example/"
    job = done.of_type(JOB)["reports"]
    assert json_text(job.inputs["jobspec"]).count("https://ledger.example.com")
    namespace = done.one("nomad:index/namespace:Namespace")
    assert namespace.inputs["name"] == "reports"
    assert namespace.urn in job.depends_on
    assert yaml.safe_load((tmp_path / "Pulumi.yaml").read_text())["runtime"] == "python"


def json_text(value: Any) -> str:
    """What a job is told."""
    return str(reveal(value))
