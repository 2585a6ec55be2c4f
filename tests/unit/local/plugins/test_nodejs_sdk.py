"""The SDK that the stand-in Node.js host writes of our own package, and what the host makes of a request."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import language_pb2

from local.commands.schema import FILE
from local.plugins.language_nodejs import host
from local.plugins.language_nodejs.host import Host
from local.plugins.language_nodejs.sdk import written

SCHEMA: dict[str, Any] = json.loads(FILE.read_text())


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return written(SCHEMA)


def test_it_is_a_package_by_the_official_name(files: dict[str, str]) -> None:
    package = json.loads(files["package.json"])
    assert (package["name"], package["version"]) == ("@pulumi/foxden", SCHEMA["version"])
    assert {package["main"], package["types"]} <= set(files)


def test_every_component_and_enum_is_in_it(files: dict[str, str]) -> None:
    names = [token.rsplit(":", 1)[-1] for token in SCHEMA["resources"]]
    enums = [token.rsplit(":", 1)[-1] for token, form in SCHEMA["types"].items() if "enum" in form]
    assert re.findall(r"^exports\.(\w+) = ", files["index.js"], re.MULTILINE) == names + enums
    assert re.findall(r"^export declare class (\w+)", files["index.d.ts"], re.MULTILINE) == names
    assert '"BlueGreen": "blue-green"' in files["index.js"]


def test_inputs_and_outputs_have_their_types_and_their_documentation(files: dict[str, str]) -> None:
    text = files["index.d.ts"]
    service = text[text.index("export interface ServiceArgs {") :]
    service = service[: service.index("\n}\n")]
    for line in (
        "    cluster: pulumi.Input<types.input.ConnectionArgs>;",
        "    command?: pulumi.Input<pulumi.Input<string>[]>;",
        "    env?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;",
        "    replicas?: pulumi.Input<number>;",
        "     * Container image, with a tag or digest. Either this or ``command``.",
    ):
        assert line in service
    assert "    readonly url: pulumi.Output<string | undefined>;" in text
    assert "    readonly urls: pulumi.Output<string[]>;" in text


def test_a_program_is_run_by_pulumis_own_launcher(tmp_path: Path) -> None:
    info = language_pb2.ProgramInfo(root_directory="/root", program_directory=str(tmp_path), entry_point=".")
    request = language_pb2.RunRequest(
        info=info, project="p", stack="dev", monitor_address="127.0.0.1:1", dryRun=True, config={"p:a": "b"}
    )
    words = " ".join(host._arguments(request, "127.0.0.1:2"))
    assert words == (
        f"--monitor 127.0.0.1:1 --engine 127.0.0.1:2 --project p --stack dev --pwd {tmp_path}"
        " --root-directory /root --dry-run ."
    )
    assert json.loads(host._environment(request)["PULUMI_CONFIG"]) == {"p:a": "b"}
    said = Host("127.0.0.1:2").Run(request, None)  # type: ignore[arg-type]
    assert "run 'npm install' in" in said.error


def test_an_sdk_in_the_project_becomes_a_dependency(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "x"}')
    info = language_pb2.ProgramInfo(root_directory=str(tmp_path), program_directory=str(tmp_path))
    request = language_pb2.LinkRequest(info=info)
    request.packages.add(path="sdks/foxden").package.name = "foxden"
    told = Host("").Link(request, None)  # type: ignore[arg-type]
    assert json.loads((tmp_path / "package.json").read_text())["dependencies"] == {"@pulumi/foxden": "file:sdks/foxden"}
    assert 'import * as foxden from "@pulumi/foxden";' in told.import_instructions
