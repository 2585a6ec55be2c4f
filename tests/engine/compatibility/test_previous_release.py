"""Today's code over the state that the previous release left: nothing is replaced or deleted that nobody planned."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local import shell
from local.errors import LocalError
from local.paths import REPO
from local.simulate.cloud import running as cloud_running
from local.simulate.stack import throw_away
from local.stackfiles import stack_file, without_salt
from local.toolchain import aws
from tests.engine.aws.projects import REGION
from tests.engine.compatibility.released import ON_AWS, Released, load, locked_like, unplanned
from tests.engine.harness.command import run
from tests.engine.plugins.servers import Servers, running

PLANNED: dict[str, dict[str, str]] = {"local": {}, "dev": {}, "qa": {}}
"""Stack -> the end of a URN -> why it is replaced or deleted by the next release. The changelog says the same."""
_WITHIN = 300.0


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """What the providers may ask when a job's text is another one today."""
    with running(tmp_path_factory.mktemp("servers")) as found:
        found.nomad.put("/v1/namespace/local", {"Name": "local"})
        yield found


@pytest.fixture
def preview(
    servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Released], list[dict[str, Any]]]:
    """Previews the local environment over a state; gives the engine's steps."""
    state, work = tmp_path / "state", tmp_path / "work"
    monkeypatch.setenv("FOXDEN_STATE", str(state))
    work.mkdir()
    (tmp_path / "backend").mkdir()
    shutil.copy(REPO / "Pulumi.yaml", work)
    file = work / stack_file("local").name
    file.write_bytes(without_salt(stack_file("local").read_bytes()))

    def steps(released: Released) -> list[dict[str, Any]]:
        for name, text in released.files.items():
            (state / name).parent.mkdir(parents=True, exist_ok=True)
            (state / name).write_text(text)
            (state / name).chmod(0o600)
        env = {name: value for name, value in shell.environment().items() if name != "PULUMI_CONFIG_PASSPHRASE_FILE"}
        env |= {"PULUMI_BACKEND_URL": f"file://{tmp_path / 'backend'}", "PULUMI_CONFIG_PASSPHRASE": "test"}
        pulumi, here = str(shell.tool("pulumi")), ["--stack", "local", "--non-interactive"]
        run([pulumi, "stack", "init", "local", "--non-interactive"], work, env, _WITHIN)
        (state / "exported.json").write_text(locked_like(released.exported, file))
        run([pulumi, "stack", "import", "--file", str(state / "exported.json"), *here], work, env, _WITHIN)
        said = run(
            [pulumi, "preview", "--json", "--show-sames", "--config-file", str(file), *here], REPO, env, _WITHIN
        ).output
        found: list[dict[str, Any]] = json.loads(said)["steps"]
        return found

    return steps


@pytest.fixture(scope="module")
def local(servers: Servers) -> Released:
    """The local environment of the previous release, as if its cluster were the one that runs here now."""
    released = load("local")
    facts = json.loads(released.files["cluster.json"])
    return released.with_changed(
        {
            facts["address"]: servers.nomad_address,
            facts["token"]: servers.nomad_token,
            facts["discovery_address"]: servers.consul_address,
            facts["discovery_token"]: servers.consul_token,
        }
    )


def test_nothing_local_is_replaced_or_deleted(
    local: Released, preview: Callable[[Released], list[dict[str, Any]]]
) -> None:
    steps = preview(local)
    assert len(steps) > 10 and any(step["op"] == "same" for step in steps)
    assert unplanned(steps, PLANNED["local"]) == []


def test_a_rename_without_an_alias_is_told(
    local: Released, preview: Callable[[Released], list[dict[str, Any]]]
) -> None:
    """As if the release had called the component otherwise, and what is in it by the same names."""
    before = local.with_changed({"foxden:index:Services::services": "foxden:index:Services::everything"})
    found = unplanned(preview(before), PLANNED["local"])
    assert "delete foxden:index:Services::everything" in found


@pytest.mark.parametrize("name", ON_AWS)
def test_nothing_on_aws_is_replaced_or_deleted(name: str) -> None:
    try:
        aws.ensure()
    except LocalError as error:
        pytest.fail(f"nothing on AWS was previewed: {error}", pytrace=False)
    with cloud_running() as cloud, throw_away(name, cloud, REGION, lambda _: None) as stack:
        stack.adopt(lambda file: locked_like(load(name).exported, file))
        steps = stack.steps()
    assert sum(step["op"] == "same" for step in steps) > 50
    assert unplanned(steps, PLANNED[name]) == []
